#ifndef LISTDATA_H_
#define LISTDATA_H_

/* Records for the benches of lists, made of one sequence of random numbers. */

#include <stddef.h>
#include <stdint.h>

#include "store/listrec.h"

/* End with a sentence. */
void listdata_die(const char *why) __attribute__((noreturn));

/* Seconds of the monotonic clock. */
double listdata_now(void);

/* The next number, token, record. */
uint64_t listdata_draw(void);
struct token listdata_token(void);
struct listrec listdata_record(void);

/* n records, ascending, for free().  The order of two of them, for qsort(). */
struct listrec *listdata_make(size_t n);
int listdata_order(const void *a, const void *b);

#endif /* !LISTDATA_H_ */
