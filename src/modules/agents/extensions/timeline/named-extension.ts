/** An extension that is named, and when. */
export interface NamedExtension {
  readonly extension: string;
  readonly at: Date;
}
