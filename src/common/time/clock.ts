import { Injectable } from '@nestjs/common';

/** The time of day, as a provider so that tests can hold it still. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
