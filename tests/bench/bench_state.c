/*
 * bench_state DIR: what a stopped liangkad's data directory holds: records and
 * bytes of the state by kind, and bytes of the log.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/records.h"
#include "store/state.h"

#define PIECE 65536

struct sum {
	uint64_t records;
	uint64_t bytes;		/* of keys and values, without page overhead */
};

/* Add one record. */
static int
add(void *arg, const struct state_record *r)
{
	struct sum *s = arg;

	s->records++;
	s->bytes += 2 + r->keylen + 8 + r->len;
	return (0);
}

/* Bytes up to the last that is not zero. */
static uint64_t
used(int dir, const char *name)
{
	static char buf[PIECE];
	struct stat st;
	off_t at;
	ssize_t n;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return (0);
	}
	for (at = st.st_size; at > 0; ) {
		off_t from = at > PIECE ? at - PIECE : 0;
		n = pread(fd, buf, (size_t)(at - from), from);
		while (n > 0 && buf[n - 1] == 0)
			n--;
		if (n != 0) {
			at = n > 0 ? from + n : 0;
			break;
		}
		at = from;
	}
	close(fd);
	return ((uint64_t)at);
}

/* Bytes of the log. */
static uint64_t
log_bytes(const char *data)
{
	char path[4096];
	struct dirent *e;
	uint64_t sum = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/wal", data);
	if ((d = opendir(path)) == NULL)
		return (0);
	while ((e = readdir(d)) != NULL)
		sum += used(dirfd(d), e->d_name);
	closedir(d);
	return (sum);
}

int
main(int argc, char **argv)
{
	static const struct {
		uint8_t kind;
		const char *name;
	} kinds[] = {{RECORD_PERSON, "person"}, {RECORD_DECISION, "decision"},
	    {RECORD_TXN, "txn"}, {RECORD_TELLER, "teller"},
	    {RECORD_NAME, "name"}, {RECORD_CARD, "card"}};
	char err[512], path[4096];
	struct state_options o = {0};
	struct state *s;
	struct stat st;
	size_t i;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_state DIR\n");
		return (64);
	}
	o.dir = argv[1];
	snprintf(path, sizeof(path), "%s/state.mdb", argv[1]);
	if (stat(path, &st) < 0 ||
	    (s = state_open(&o, err, sizeof(err))) == NULL) {
		fprintf(stderr, "bench_state: %s: cannot be opened\n", path);
		return (EXIT_FAILURE);
	}
	printf("state file_bytes=%lld allocated=%lld log_bytes=%lu seq=%lu",
	    (long long)st.st_size, (long long)st.st_blocks * 512,
	    (unsigned long)log_bytes(argv[1]), (unsigned long)state_seq(s));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct sum sum = {0, 0};
		if (state_each(s, kinds[i].kind, add, &sum) != 0)
			break;
		printf(" %s=%lu %s_bytes=%lu", kinds[i].name,
		    (unsigned long)sum.records, kinds[i].name,
		    (unsigned long)sum.bytes);
	}
	printf("\n");
	state_close(s);
	return (EXIT_SUCCESS);
}
