/** Response times of severities: durations, or the next business day of the team's calendar and time zone. */
import { DateTime } from 'luxon';
import type { BusinessHours, SeverityRules } from '../../config/incidents.ts';

/** When somebody has to have answered at the latest; all times in ms since 1970. */
export function dueBy(from: number, within: SeverityRules['respond_within'], hours: BusinessHours): number {
  return within === 'next-business-day' ? endOfNextBusinessDay(from, hours) : from + within;
}

/** "Next business day" (runbook 001) is kept by an answer before that day's hours end. */
export function endOfNextBusinessDay(from: number, hours: BusinessHours): number {
  let day = DateTime.fromMillis(from, { zone: hours.zone }).startOf('day').plus({ days: 1 });
  // A calendar in which a whole year is holidays would never end.
  for (let tries = 0; tries < 366 && !isBusinessDay(day, hours); tries++) day = day.plus({ days: 1 });
  const [hour = 17, minute = 0] = hours.to.split(':').map(Number);
  return day.set({ hour, minute }).toMillis();
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

function isBusinessDay(day: DateTime, { days, holidays }: BusinessHours): boolean {
  const name = weekdays[day.weekday - 1];
  return name !== undefined && days.includes(name) && !holidays.includes(day.toISODate() ?? '');
}
