#ifndef LIANGKA_OPEN_H_
#define LIANGKA_OPEN_H_

#include <stdint.h>

/**
 * open_why(buf, size): Copy why the last lk_open() of this process failed, "" when
 * none did.  Return 0, or LK_E_BUFFER when it does not fit.
 */
int open_why(char *buf, uint32_t size);

/**
 * open_inherit(): In the child of a fork: free the lock.
 */
void open_inherit(void);

#endif /* !LIANGKA_OPEN_H_ */
