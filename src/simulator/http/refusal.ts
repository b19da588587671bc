/** A request or a setting the simulator does not take; `status` is what it is answered with over HTTP. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
