import { describeAnyOrder } from '../support/any-order.js';

describeAnyOrder(1);
