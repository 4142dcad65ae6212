#ifndef LIANGKA_LOGTAIL_H_
#define LIANGKA_LOGTAIL_H_

#include <stddef.h>
#include <stdint.h>

/**
 * logtail_judge(dir, seq, err, errlen): A reader of the log in dir found no entry
 * `seq`.  Is this its end, or damage?  Return 0 for the end (also one that was
 * torn by a power cut, or that a running daemon is about to write); -1 with a
 * sentence in err that names file, offset and seq, when something that was
 * durable is damaged or missing; -2 with a sentence when it cannot be read.
 */
int logtail_judge(const char *dir, uint64_t seq, char *err, size_t errlen);

#endif /* !LIANGKA_LOGTAIL_H_ */
