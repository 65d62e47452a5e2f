/** The tools budgets, forecast and anomalies, in words. Estimates are called so. */

import type { Key } from './spend-tools.ts';
import {
  counted,
  joined,
  keyText,
  moneyList,
  moneyText,
  percent,
  quoted,
  signed,
  type Amount,
} from './words.ts';

interface Interval {
  readonly low: Amount;
  readonly expected: Amount;
  readonly high: Amount;
}

interface Budgets {
  readonly budgets: readonly {
    readonly name: string;
    readonly month: string;
    readonly state: string;
    readonly amount: Amount;
    readonly spent: Amount | null;
    readonly ratio: string | null;
    readonly exceededOn: string | null;
    readonly forecast: Interval | null;
  }[];
}

export function sayBudgets({ budgets }: Budgets): string {
  if (budgets.length === 0) {
    return 'There is no budget in the settings, or none of which you may see every account.';
  }
  const lines = budgets.map(({ name, month, state, amount, spent, ratio, exceededOn, forecast }) => {
    const used = spent === null ? 'an unknown amount' : moneyText(spent);
    const share = ratio === null ? '' : ` (${percent(ratio)})`;
    const expected =
      forecast === null ? '' : `, ${moneyText(forecast.expected)} expected by its end (an estimate)`;
    const passed = exceededOn === null ? '' : `, passed on ${exceededOn}`;
    return `${quoted(name)} in ${month} is ${state}: ${used} of ${moneyText(amount)}${share}${expected}${passed}`;
  });
  return `${counted(budgets.length, 'budget')}: ${joined(lines)}.`;
}

interface Forecast {
  readonly forecast: {
    readonly month: string;
    readonly totals: readonly Interval[];
    readonly spent: readonly Amount[];
    readonly backtest: { readonly months: number; readonly medianError: string } | null;
    readonly notices: readonly { readonly message: string }[];
    readonly groupCount: number;
  };
}

export function sayForecast({ forecast }: Forecast): string {
  const { month, totals, spent, backtest, notices, groupCount } = forecast;
  const expected = totals.map(
    ({ low, expected, high }) => `${moneyText(expected)} (likely ${low.amount} to ${high.amount})`,
  );
  const whole =
    expected.length === 0
      ? `What ${month} will cost cannot be foretold: ${joined(notices.map(({ message }) => message))}.`
      : `${month} is expected to cost ${joined(expected, expected.length)}, an estimate.`;
  const sofar = ` Charged so far: ${moneyList(spent)}.`;
  const error =
    backtest === null
      ? ''
      : ` The same method was wrong by ${percent(backtest.medianError)} in the median of ${counted(backtest.months, 'earlier month')}.`;
  const groups =
    groupCount === 0 ? '' : ` ${counted(groupCount, 'group')}, each foretold by itself: they do not add up.`;
  return `${whole}${sofar}${error}${groups}`;
}

interface Anomalies {
  readonly anomalies: {
    readonly count: number;
    readonly anomalies: readonly {
      readonly day: string;
      readonly account: { readonly id: string };
      readonly key: readonly Key[];
      readonly actual: Amount;
      readonly expected: Amount;
      readonly difference: Amount;
      readonly contributions: readonly {
        readonly label: string;
        readonly reason: string;
        readonly difference: Amount;
      }[];
    }[];
  };
}

export function sayAnomalies({ anomalies: { count, anomalies } }: Anomalies): string {
  if (count === 0) return 'No complete day of the period stands out.';
  const lines = anomalies.map(({ day, account, key, actual, expected, difference, contributions }) => {
    const [main] = contributions;
    const why =
      main === undefined
        ? ''
        : `, most of it ${main.reason} of ${quoted(main.label)} ${signed(main.difference)}`;
    return `on ${day} ${keyText(key)} of ${account.id} cost ${moneyText(actual)} where ${moneyText(expected)} was expected (${signed(difference)}${why})`;
  });
  return `${counted(count, 'anomaly', 'anomalies')}: ${joined(lines, 3)}.`;
}
