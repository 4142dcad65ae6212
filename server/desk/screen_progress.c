#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/disk.h"

#include "screen_impl.h"

#define MAGIC "liangka screen progress v1"
#define TEXT_MAX 1024

/* Print it, with a check of its own at the end. */
static size_t
print(char text[TEXT_MAX], const struct screen_progress *p)
{
	int n;

	n = snprintf(text, TEXT_MAX, MAGIC "\nsize %" PRIu64 "\nmtime %" PRId64
	    " %" PRId64 "\nhash %016" PRIx64 " %016" PRIx64 "\noffset %" PRIu64
	    "\nrows %" PRIu64 "\nlines %" PRIu64 "\nresult %" PRIu64
	    "\nencoding %d\nnow %" PRId64 "\nsettings %016" PRIx64
	    "\ndecided %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
	    "\nlisted %" PRIu64 "\nknown %" PRIu64 "\nstate %" PRIu64
	    " %" PRId64 "\n", p->size, p->mtime_s, p->mtime_ns, p->hash.high64,
	    p->hash.low64, p->offset, p->rows, p->lines, p->result, p->encoding,
	    p->now, p->settings, p->decided[0], p->decided[1], p->decided[2],
	    p->decided[3], p->decided[4], p->listed, p->known, p->seq,
	    p->seq_ms);
	n += snprintf(&text[n], (size_t)(TEXT_MAX - n), "check %016" PRIx64
	    "\n", XXH3_64bits(text, (size_t)n));
	return ((size_t)n);
}

/* Write it so that a crash leaves the old one or the new one. */
int
screen_progress_write(const char *path, const struct screen_progress *p)
{
	char text[TEXT_MAX], dir[1100], *slash;
	size_t n = print(text, p);

	(void)snprintf(dir, sizeof(dir), "%s", path);
	if ((slash = strrchr(dir, '/')) == NULL)
		return (disk_replace(&disk_real, ".", path, text, n));
	*slash = '\0';
	return (disk_replace(&disk_real, slash == dir ? "/" : dir,
	    path + (slash - dir) + 1, text, n));
}

/* Read it.  Return 0, 1 when there is none, -1 when it is none. */
int
screen_progress_read(const char *path, struct screen_progress *p)
{
	char text[TEXT_MAX], again[TEXT_MAX];
	ssize_t n;
	int fd;

	memset(p, 0, sizeof(*p));
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return (errno == ENOENT ? 1 : -1);
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return (-1);
	text[n] = '\0';
	if (sscanf(text, MAGIC "\nsize %" SCNu64 "\nmtime %" SCNd64 " %" SCNd64
	    "\nhash %16" SCNx64 " %16" SCNx64 "\noffset %" SCNu64 "\nrows %"
	    SCNu64 "\nlines %" SCNu64 "\nresult %" SCNu64 "\nencoding %d\nnow %"
	    SCNd64 "\nsettings %16" SCNx64 "\ndecided %" SCNu64 " %" SCNu64
	    " %" SCNu64 " %" SCNu64 " %" SCNu64 "\nlisted %" SCNu64 "\nknown %"
	    SCNu64 "\nstate %" SCNu64 " %" SCNd64 "\n", &p->size, &p->mtime_s,
	    &p->mtime_ns, &p->hash.high64, &p->hash.low64, &p->offset, &p->rows,
	    &p->lines, &p->result, &p->encoding, &p->now, &p->settings,
	    &p->decided[0], &p->decided[1], &p->decided[2], &p->decided[3],
	    &p->decided[4], &p->listed, &p->known, &p->seq, &p->seq_ms) != 21)
		return (-1);
	/* There is one way to write it, so the check covers all. */
	if (print(again, p) != (size_t)n || memcmp(text, again, (size_t)n) != 0)
		return (-1);
	return (0);
}
