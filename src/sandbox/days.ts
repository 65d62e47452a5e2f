/**
 * Days as whole numbers since 1970, and their dates. Only fixed offsets: Asia/Shanghai is always UTC+8. The truth is
 * what happened in an imaginary company over thirteen months up to today, before a vendor presents it. Each vendor has
 * its own, made from these days and the seed (random.ts). Its money is a BigInt in units of 1e-10 of the main unit, so
 * it shares no arithmetic with the gateway that it checks.
 */

import { remembered } from './remembered.ts';

const dayMs = 86_400_000;

/** The day of a moment, at an offset from UTC in hours. */
export function dayAt(epochMs: number, offsetHours: number): number {
  return Math.floor((epochMs + offsetHours * 3_600_000) / dayMs);
}

/** Unix seconds of a day's midnight, at an offset from UTC in hours. */
export function secondsOf(day: number, offsetHours: number): number {
  return day * 86_400 - offsetHours * 3600;
}

/** "2026-02-28" */
export const dateText = remembered((day: number): string => new Date(day * dayMs).toISOString().slice(0, 10));

/** The day of "2026-02-28"; NaN for anything that is not a date. */
export const dayOf = remembered((text: string): number => {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / dayMs : Number.NaN;
  return Number.isNaN(day) || dateText(day) !== text ? Number.NaN : day;
});

/** The first day of the month that lies `months` after that of `day`. */
export function monthStart(day: number, months = 0): number {
  const date = new Date(day * dayMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / dayMs;
}

/** The Monday on or before a day. */
export function mondayOf(day: number): number {
  return day - ((((day + 3) % 7) + 7) % 7);
}

/** The company grows from this day on: 2025-03-01. It is fixed, so that history does not change. */
export const foundingDay = 20_148;

/** The day on which the truth begins: the first of the month, twelve months before that of `nowMs`. */
export function firstDayAt(nowMs: number, offset: number): number {
  return monthStart(dayAt(nowMs, offset), -12);
}

/** The days of the truth, and how many hours of each have passed. */
export function passedDays(
  nowMs: number,
  offset: number,
): { readonly day: number; readonly hours: number }[] {
  const first = firstDayAt(nowMs, offset);
  return Array.from({ length: dayAt(nowMs, offset) - first + 1 }, (_, index) => {
    const day = first + index;
    return { day, hours: hoursOf(nowMs, day, offset) };
  });
}

/** How many hours of a day have passed. */
export function hoursOf(nowMs: number, day: number, offset: number): number {
  return Math.min(24, Math.max(0, Math.floor((nowMs / 1000 - secondsOf(day, offset)) / 3600)));
}

/** Whole months from the month of one day to that of another. */
export function monthsBetween(from: number, to: number): number {
  const [a, b] = [new Date(from * dayMs), new Date(to * dayMs)];
  return (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
}

/** The shape of usage: less on weekends, and about half as much again after a year. */
export function shape(day: number): number {
  const weekday = (day + 4) % 7;
  const growth = Math.max(0.5, 1 + ((day - foundingDay) / 365) * 0.5);
  return (weekday === 0 || weekday === 6 ? 0.35 : 1) * growth;
}
