import { Injectable } from '@nestjs/common';

/** The current time, as a provider so that tests can replace it. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
