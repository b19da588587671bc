import { path } from '../../app/address.js';
import { LifeOfCall } from './life-of-call.js';
import './life.css';

/** The life of the call in the address. */
export function LifeOfAddress() {
  const [, id = ''] = path.value.split('/');
  return <LifeOfCall key={id} id={Number(id)} />;
}
