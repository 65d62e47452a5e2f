/** Any period of the endpoint: the usual ones by name, others by their own dates or counts. */

import { useId } from 'preact/hooks';

import { addDays, addMonths } from '../format/dates.ts';
import { parsePeriod, printPeriod, type PeriodChoice } from '../format/periods.ts';
import { useI18n } from '../shell/i18n.tsx';
import { TypedInput } from '../table/typed-input.tsx';

/** Those that most people want, by their spelling in the address. */
const presets = [
  'last-1-months-and-now',
  'last-1-months',
  'last-7-days',
  'last-30-days',
  'last-3-months-and-now',
  'last-12-months',
  'last-12-months-and-now',
] as const;
const kinds = ['month', 'toDate', 'dates', 'days', 'months'] as const;
type Kind = (typeof kinds)[number];

export interface PeriodPickerProps {
  /** Null: all. */
  readonly period: PeriodChoice | null;
  /** Whether all can be chosen. */
  readonly allowsAll?: boolean;
  readonly onChange: (period: PeriodChoice | null) => void;
}

export function PeriodPicker({ period, allowsAll = false, onChange }: PeriodPickerProps) {
  const { t } = useI18n();
  const id = useId();
  const preset = presets.find((one) => period !== null && one === printPeriod(period));
  return (
    <div class="field period" role="group" aria-label={t('period.label')}>
      <label for={id}>{t('period.label')}</label>
      <select
        id={id}
        value={preset ?? (period === null ? 'all' : kindOf(period))}
        onChange={({ currentTarget: { value } }) => {
          const chosen = parsePeriod(value) ?? firstOf(kinds.find((kind) => kind === value) ?? 'month');
          onChange(value === 'all' ? null : chosen);
        }}
      >
        {allowsAll && <option value="all">{t('period.all')}</option>}
        {presets.map((one) => (
          <option key={one} value={one}>
            {t(`period.${one}`)}
          </option>
        ))}
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {t(`period.kind.${kind}`)}
          </option>
        ))}
      </select>
      {preset === undefined && period !== null && <Own period={period} onChange={onChange} />}
    </div>
  );
}

/** The dates or counts of a period that has no name. */
function Own({
  period,
  onChange,
}: {
  readonly period: PeriodChoice;
  readonly onChange: (period: PeriodChoice) => void;
}) {
  const { t } = useI18n();
  if ('month' in period || 'toDate' in period) {
    return (
      <TypedInput
        type="month"
        label={t('period.month')}
        value={'month' in period ? period.month : period.toDate}
        onChange={(value) => onChange('month' in period ? { month: value } : { toDate: value })}
      />
    );
  }
  if ('dates' in period) {
    const { from, to } = period.dates;
    const last = addDays(to, -1);
    const change = (first: string, end: string): void =>
      onChange({ dates: { from: first, to: addDays(end, 1) } });
    return (
      <>
        <TypedInput
          type="date"
          label={t('period.from')}
          value={from}
          // A day behind the other takes it along.
          onChange={(value) => change(value, value > last ? value : last)}
        />
        <span aria-hidden="true">–</span>
        <TypedInput
          type="date"
          label={t('period.to')}
          value={last}
          onChange={(value) => change(value < from ? value : from, value)}
        />
      </>
    );
  }
  const { last } = period;
  const [count, unit] = 'days' in last ? [last.days, 'days'] : [last.months, 'months'];
  const change = (number: string, includeCurrent: boolean): void => {
    const chosen = parsePeriod(`last-${Number(number)}-${unit}${includeCurrent ? '-and-now' : ''}`);
    if (chosen !== null) onChange(chosen);
  };
  return (
    <>
      <TypedInput
        type="number"
        class="count"
        label={t(`period.count.${unit === 'days' ? 'days' : 'months'}`)}
        value={String(count)}
        min="1"
        max={unit === 'days' ? '3660' : '120'}
        onChange={(value) => change(value, last.includeCurrent)}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={last.includeCurrent}
          onChange={({ currentTarget: { checked } }) => change(String(count), checked)}
        />
        {t('period.includeCurrent')}
      </label>
    </>
  );
}

function kindOf(period: PeriodChoice): Kind {
  if ('month' in period) return 'month';
  if ('toDate' in period) return 'toDate';
  if ('dates' in period) return 'dates';
  return 'days' in period.last ? 'days' : 'months';
}

/** What a kind begins with. */
function firstOf(kind: Kind): PeriodChoice {
  const month = new Date().toISOString().slice(0, 7);
  const before = addMonths(month, -1);
  const all: Readonly<Record<Kind, PeriodChoice>> = {
    month: { month: before },
    toDate: { toDate: month },
    dates: { dates: { from: `${before}-01`, to: `${month}-01` } },
    days: { last: { days: 14, includeCurrent: true } },
    months: { last: { months: 6, includeCurrent: true } },
  };
  return all[kind];
}
