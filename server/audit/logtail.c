#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/wal.h"
#include "store/wal_format.h"
#include "store/wal_scan.h"
#include "store/wal_segment.h"

#include "logtail.h"

/* Where a walk through a segment ended. */
struct stop {
	enum wal_stop why;
	struct wal_chain chain;
	int later;	/* something durable lies behind a bad place */
	char text[96];	/* what is wrong with the header, or "" */
	char path[WAL_PATH_SIZE];
};

/* Walk through one segment; 0, or -1 with errno. */
static int
walk(const char *dir, uint64_t first, struct stop *s)
{
	struct wal_header h;
	struct wal_record r;
	struct wal_scan scan;
	const char *why;
	uint8_t *buf;
	size_t len;

	memset(s, 0, sizeof(*s));
	wal_segment_path(s->path, dir, first);
	if (wal_segment_load(&disk_real, s->path, &buf, &len) != 0)
		return (-1);
	why = len < WAL_PAGE ? "file cut short" : wal_header_get(&h, buf);
	if (why == NULL && h.first_seq != first)
		why = "file name and header disagree";
	if (why != NULL)
		(void)snprintf(s->text, sizeof(s->text), "%s", why);
	else {
		wal_scan_start(&scan, buf, len, &h);
		while (wal_scan_next(&scan, &r))
			continue;
		s->why = scan.stop;
		s->chain = scan.chain;
		s->later = scan.stop == WAL_STOP_BAD &&
		    wal_scan_later(&scan, &r) != 0;
	}
	free(buf);
	return (0);
}

/* The segment that ought to hold seq, and the one behind it (0: none). */
static int
find(const char *dir, uint64_t seq, uint64_t *first, uint64_t *next)
{
	uint64_t *firsts;
	size_t n, i;

	if (wal_segment_list(&disk_real, dir, &firsts, &n) != 0)
		return (-1);
	*first = *next = 0;
	for (i = 0; i < n && (i == 0 || firsts[i] <= seq); i++) {
		*first = firsts[i];
		*next = i + 1 < n ? firsts[i + 1] : 0;
	}
	free(firsts);
	return (0);
}

/* Does the numbering jump from seq to the segment that begins with first? */
static int
jumps(const char *dir, uint64_t first, uint64_t seq)
{
	const struct disk *d = &disk_real;
	char path[WAL_PATH_SIZE];
	uint8_t page[WAL_PAGE];
	struct wal_header h;
	ssize_t n;
	int fd;

	wal_segment_path(path, dir, first);
	if ((fd = d->open(d->ctx, path, O_RDONLY, 0)) == -1)
		return (0);
	n = disk_read(d, fd, page, sizeof(page), 0);
	d->close(d->ctx, fd);
	return (n == (ssize_t)sizeof(page) && wal_header_get(&h, page) ==
	    NULL && h.due == seq);
}

/* Say what is damaged; "" when nothing is. */
static void
say(const struct stop *s, const char *dir, uint64_t next, char *err,
    size_t errlen)
{

	err[0] = '\0';
	if (s->text[0] != '\0')
		(void)snprintf(err, errlen, "%s: offset 0: %s", s->path,
		    s->text);
	else if (s->why == WAL_STOP_SEAL && next != 0 && next != s->chain.seq &&
	    !jumps(dir, next, s->chain.seq))
		(void)snprintf(err, errlen, "%s: ends with seq %" PRIu64
		    ", but the next segment begins with %" PRIu64
		    ": a segment is missing", s->path, s->chain.seq - 1, next);
	else if (s->why == WAL_STOP_ORDER || (s->why == WAL_STOP_BAD &&
	    (s->later || next != 0)))
		(void)snprintf(err, errlen, "%s: offset %" PRIu64 ", seq %"
		    PRIu64 ": the record is damaged, and what follows it shows "
		    "that it was durable", s->path, s->chain.off,
		    s->chain.seq);
}

/* Judge the end of a reading. */
int
logtail_judge(const char *dir, uint64_t seq, char *err, size_t errlen)
{
	uint64_t first, next, off = 0;
	struct stop s;
	int look;

	/*
	 * A daemon may be writing.  A segment is read front to back, so that a
	 * batch that was not there yet can be followed by one that is; damage
	 * is what stands at the same place when looked at again.
	 */
	for (look = 0; look < 2; look++) {
		if (find(dir, seq, &first, &next) != 0 || (first != 0 &&
		    walk(dir, first, &s) != 0)) {
			(void)snprintf(err, errlen, "%s: %s", dir,
			    strerror(errno));
			return (-2);
		}
		if (first == 0)
			return (0);
		say(&s, dir, next, err, errlen);
		if (err[0] == '\0' || (look > 0 && off != s.chain.off))
			return (0);
		off = s.chain.off;
	}
	return (-1);
}
