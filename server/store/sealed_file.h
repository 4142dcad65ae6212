#ifndef SEALED_FILE_H_
#define SEALED_FILE_H_

/* One file of sealed identities: its name, and the overwriting of a record. */

#include <stdint.h>

#include "disk.h"

struct sealed_record;
struct sealed_scan;

#define SEALED_PATH_MAX	4096

/**
 * sealed_file_day(t): Return the UTC+8 day of a journal time.
 * sealed_file_path(path, dir, day): Write the path of a day's file.
 */
int32_t sealed_file_day(int64_t t);
void sealed_file_path(char path[SEALED_PATH_MAX], const char *dir,
    int32_t day);

/**
 * sealed_file_torn(s): Return nonzero when a file without magic and without records
 * is one whose making was interrupted: short, or zeros.
 */
int sealed_file_torn(struct sealed_scan *s);

/**
 * sealed_file_erase(disk, fd, r): Overwrite the record in place: the kind first,
 * synced, then all else, synced.  Return 0, or -1 with errno set.
 */
int sealed_file_erase(const struct disk *disk, int fd,
    const struct sealed_record *r);

#endif /* !SEALED_FILE_H_ */
