import { silence, silenced } from '../../../app/ring/ring.js';
import { Button } from '../../../parts/button.js';
import { callWords } from './call-words.js';

/** Ends the sound of a call that rings, in each tab. Its telephone rings on. */
export function Silence({ id }: { readonly id: number }) {
  return (
    <Button isOff={silenced.value.has(id)} onClick={() => silence(id)}>
      {callWords().silence}
    </Button>
  );
}
