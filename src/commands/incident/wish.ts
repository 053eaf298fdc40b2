/** What somebody wants of an incident, whether it was typed, clicked or filled in. */
import type { What } from '../../records/act.ts';
import type { IncidentKind } from '../../records/incident.ts';
import type { IncidentRole, Severity } from '../../records/incident-terms.ts';
import type { UpdateDraft } from '../../templates/incident/draft.ts';

/** What an incident is declared with; what is null was not said. */
export interface DeclareWish {
  readonly severity: Severity | null;
  readonly environment: string | null;
  /** In the catalog's order. */
  readonly services: readonly string[];
  /** As typed. */
  readonly title: string | null;
  readonly kind: Exclude<IncidentKind, 'review'>;
}

/** A form, with what is known already. Texts are as typed. */
export type FormWish =
  | { readonly form: 'update'; readonly action: string | null }
  | { readonly form: 'facts' }
  | { readonly form: 'severity'; readonly reason: string | null }
  | {
      readonly form: 'hand-over';
      readonly role: IncidentRole | null;
      readonly note: string | null;
      /** Somebody was named whom only a menu can find: Slack gives commands the name alone. */
      readonly named: string | null;
    }
  | { readonly form: 'publish' }
  | { readonly form: 'resolve' }
  | { readonly form: 'reopen' }
  | {
      readonly form: 'follow-up';
      readonly text: string | null;
      /** `2026-12-24` */
      readonly due: string | null;
      readonly named: string | null;
    };

export type Wish =
  | { readonly kind: 'act'; readonly what: What }
  /** The next update, with the draft's status and ETA. */
  | { readonly kind: 'next-update'; readonly action: string }
  | { readonly kind: 'skip-next' }
  /** The update of this number as it was shown; null: it did not fit into the button. */
  | { readonly kind: 'post-draft'; readonly n: number; readonly draft: UpdateDraft | null }
  /** Everything that failed outside, once more. */
  | { readonly kind: 'retry-all' }
  | { readonly kind: 'form'; readonly form: FormWish }
  /** `from`: a page of the timeline that begins with this line. */
  | { readonly kind: 'timeline'; readonly from: number | null }
  | { readonly kind: 'evidence' };
