/** What the quarantine routes answer, as far as the commands read it; the API's own document says it in full. */
export interface LetterLine {
  readonly letter_id: string;
  readonly reason: string;
  readonly detail: string;
  readonly attempt: number;
  readonly consultation_id?: string;
  readonly event_id?: string;
  readonly quarantined_at: string;
  readonly state: string;
  readonly settlement?: SettlementLine;
  readonly record?: string;
}

export interface SettlementLine {
  readonly action: string;
  readonly note?: string;
  readonly by: string;
  readonly at: string;
}

export interface LetterPageAnswer {
  readonly letters: readonly LetterLine[];
  readonly unreadable?: readonly string[];
  readonly next: string | null;
}

export interface OutcomeLine {
  readonly letter_id: string;
  readonly outcome: string;
  readonly detail?: string;
  readonly reason?: string;
  readonly consultation_id?: string;
  readonly event_id?: string;
  readonly settlement?: SettlementLine;
}

export interface OutcomesAnswer {
  readonly outcomes: readonly OutcomeLine[];
  readonly next: string | null;
}
