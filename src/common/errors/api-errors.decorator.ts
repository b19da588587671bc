import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { ErrorBody } from './error-body.js';
import { type ErrorCode, HTTP_STATUS_OF } from './error-code.js';

/** Documents the error codes of a route in the OpenAPI document. */
export function ApiErrors(...codes: ErrorCode[]): ClassDecorator & MethodDecorator {
  const statuses = [...new Set(codes.map((code) => HTTP_STATUS_OF[code]))];
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        type: ErrorBody,
        description: codes.filter((code) => HTTP_STATUS_OF[code] === status).join(', '),
      }),
    ),
  );
}
