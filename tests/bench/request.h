#ifndef BENCH_REQUEST_H_
#define BENCH_REQUEST_H_

/*
 * A CHECK frame as libliangka.so sends it, made once; each use overwrites what
 * differs from one application to the next.
 */

#include <stddef.h>
#include <stdint.h>

#define REQUEST_MAX 1024
#define REQUEST_RUN 8		/* characters that tell one run from others */

struct request {
	uint8_t frame[REQUEST_MAX];
	size_t len;
	uint32_t people;	/* applicants are drawn from so many */
	uint32_t tellers;
	uint32_t outlets;
	uint32_t person;	/* of the last request_next() */
	uint64_t count;
	uint64_t random;
	size_t id_no, name, phone, address, txn, product, branch, teller;
};

/**
 * request_init(q, people, tellers, outlets, run): Prepare the frame.  run (at most
 * REQUEST_RUN characters) makes the txn_ids differ from those of other runs and
 * seeds the choice of applicants.
 */
void request_init(struct request *q, uint32_t people, uint32_t tellers,
    uint32_t outlets, const char *run);

/**
 * request_next(q): Make the frame the next application: any of the people, at any
 * teller.  Its request id holds q->count, counted from 1.
 */
void request_next(struct request *q);

/**
 * request_hello(frame): Write a HELLO frame of request id 0 to REQUEST_MAX bytes;
 * return its length.
 */
size_t request_hello(uint8_t frame[REQUEST_MAX]);

#endif /* !BENCH_REQUEST_H_ */
