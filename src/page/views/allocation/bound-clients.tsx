/** Who sees the cost of some values alone; for whom the permission allows it. */

import type { AllocationView } from '../../cost/use-allocations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { DataTable } from '../../table/data-table.tsx';
import type { Column } from '../../table/table-rows.ts';

type ClientView = NonNullable<AllocationView['clients']>[number];

export function BoundClients({ allocation: { clients } }: { readonly allocation: AllocationView }) {
  const { t } = useI18n();
  const columns: readonly Column<ClientView>[] = [
    { key: 'client', header: t('allocation.client'), cell: ({ clientId }) => clientId },
    { key: 'values', header: t('allocation.clientValues'), cell: ({ values }) => values.join(', ') },
  ];
  return (
    <section class="spend-table">
      <h2>{t('allocation.clients')}</h2>
      {clients === null ? (
        <p class="muted">{t('allocation.clients.forbidden')}</p>
      ) : clients.length === 0 ? (
        <p class="muted">{t('allocation.clients.none')}</p>
      ) : (
        <DataTable
          caption={t('allocation.clients')}
          columns={columns}
          lines={clients.map((row) => ({ id: row.clientId, row }))}
          order={null}
        />
      )}
    </section>
  );
}
