/** A login fills this. It explains why a server closed the connection during the login. */
export interface LoginAttempts {
  /** 'publickey id_ed25519', 'password' … in the order of the attempts. */
  readonly tried: string[];
  /** How many had been tried when the server last accepted a key. 1 at first: the first key may turn out acceptable. */
  acceptedAt: number;
  /** What the server said last, after the first attempt: "Account locked until…". Printable, or empty. */
  said: string;
}
