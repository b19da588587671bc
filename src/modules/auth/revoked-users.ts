/** The users whose tokens are withdrawn. The module of revocations implements it. */
export abstract class RevokedUsers {
  /**
   * Whether a token of the user is withdrawn. Asked for each request: it must not wait for the database.
   * @param issuedAt `iat` of the token, Unix seconds; undefined: the token has none
   */
  abstract isRevoked(userId: number, issuedAt: number | undefined): boolean;

  /** Calls `listener` when the list was changed or read again. @returns a function that ends the subscription */
  abstract onChange(listener: () => void): () => void;
}
