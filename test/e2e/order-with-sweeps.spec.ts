import { describeOrderWithSweeps } from '../support/any-order.js';

describeOrderWithSweeps(1);
