/** A recording that the service itself gives out; the policy of the page allows no other address. */
export function Recording({ url, label }: { readonly url: string | null; readonly label: string }) {
  if (url === null || new URL(url, location.href).origin !== location.origin) return null;
  // Two people talk: there are no captions of it.
  return <audio class="recording" controls preload="none" src={url} aria-label={label} />;
}
