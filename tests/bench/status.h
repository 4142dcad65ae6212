#ifndef BENCH_STATUS_H_
#define BENCH_STATUS_H_

#include <stdint.h>

#include "plugin/wire.h"

#define STATUS_BYTES 8192

/**
 * status_get(fd, buf, f): Ask a liangkad, connected by load_connect(), for its STATUS.
 * Return 0 with the fields, which lie in buf, or -1.
 */
int status_get(int fd, uint8_t buf[STATUS_BYTES], struct wire_fields *f);

#endif /* !BENCH_STATUS_H_ */
