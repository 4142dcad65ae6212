#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "store/stateview.h"

#include "state_model.h"

#define KIND 'R'
#define OTHER 'S'

/* A key of 16 bytes for a number. */
static void
key_of(uint8_t key[16], unsigned i)
{

	memset(key, (int)(i * 37 % 251), 16);
	key[0] = (uint8_t)(i * 97);
	memcpy(&key[8], &i, sizeof(i));
}

/* Write records `from` to `to` - 1, all of them with seqs of their own. */
static void
write_some(struct state *s, unsigned from, unsigned to)
{
	uint8_t key[16];
	unsigned i;
	void *p;

	for (i = from; i < to; i++) {
		key_of(key, i);
		p = state_put(s, KIND, key, sizeof(key), i + 1, 24);
		cr_assert_not_null(p);
		memset(p, (int)i & 0xff, 24);
		p = state_put(s, OTHER, key, 4, i + 1, 3);
		cr_assert_not_null(p);
		cr_assert_eq(state_applied(s, i + 1), 0);
	}
	cr_assert_eq(state_checkpoint_now(s, to, 0), 0);
}

/* Let `n` records stand in a state that nobody has open. */
static void
make(const char *dir, unsigned n)
{
	struct state_options o = { .dir = dir };
	struct state *s = model_open(&o);

	write_some(s, 0, n);
	state_close(s);
}

/* The view of a directory. */
static struct stateview_reader *
begin(const char *dir, struct stateview **v)
{
	char err[STATEVIEW_ERROR_MAX] = "";
	struct stateview_reader *r;

	*v = stateview_open(dir, err);
	cr_assert_not_null(*v, "%s", err);
	r = stateview_reader(*v, err);
	cr_assert_not_null(r, "%s", err);
	return (r);
}

static int64_t
no_time(void)
{

	return (1);
}

static int64_t
much_time(void)
{
	static int64_t t;

	return (t += 1000);
}

struct seen {
	unsigned n;
	uint8_t last[16];
	int sorted;
};

static void
see(void *arg, const uint8_t *key)
{
	struct seen *x = arg;

	x->sorted &= x->n == 0 || memcmp(x->last, key, 16) < 0;
	memcpy(x->last, key, 16);
	x->n++;
}

static int
count(void *arg, const struct stateview_record *x)
{

	cr_assert_eq(x->keylen, 4);
	cr_assert_eq(x->len, 3);
	return (++*(unsigned *)arg == 100);
}

Test(stateview, reads_what_is_there)
{
	char *dir = model_dir();
	struct stateview *v;
	struct stateview_record x;
	uint8_t key[16];
	unsigned i, n = 0;

	make(dir, 10000);
	struct stateview_reader *r = begin(dir, &v);
	cr_assert_eq(stateview_seq(r), 10000);
	for (i = 0; i < 10000; i += 7) {
		key_of(key, i);
		cr_assert_eq(stateview_get(r, KIND, key, 16, &x), 1);
		cr_assert_eq(x.len, 24);
		cr_assert_eq(x.seq, i + 1);
		cr_assert_eq(*(const uint8_t *)x.value, (i & 0xff));
		cr_assert_eq((uintptr_t)x.value % 8, 0);
	}
	key_of(key, 10000);
	cr_assert_eq(stateview_get(r, KIND, key, 16, &x), 0);
	cr_assert_eq(stateview_get(r, 'Z', key, 16, &x), 0);
	cr_assert_eq(stateview_each(r, OTHER, count, &n), 1);
	cr_assert_eq(n, 100);
	cr_assert_eq(stateview_each(r, 'Z', count, &n), 0);
	stateview_reader_end(r);
	stateview_close(v);
	model_clean(dir);
}

Test(stateview, walks_over_keys)
{
	char *dir = model_dir();
	struct stateview_record x;
	struct seen all = { .sorted = 1 }, half = { .sorted = 1 };
	struct stateview *v;
	int64_t a, b;

	make(dir, 10000);
	struct stateview_reader *r = begin(dir, &v);
	cr_assert_eq(stateview_keys(r, KIND, 16, 0, 255, no_time, see, &all),
	    10000);
	cr_assert_eq(all.n, 10000);
	cr_assert(all.sorted);
	a = stateview_keys(r, KIND, 16, 0, 127, much_time, see, &half);
	b = stateview_keys(r, KIND, 16, 128, 255, much_time, see, &half);
	cr_assert_eq(a + b, 10000);
	cr_assert(half.sorted);
	cr_assert_eq(stateview_keys(r, KIND, 15, 0, 255, no_time, see, &half),
	    0);
	cr_assert_eq(stateview_last(r, KIND, 16, &x), 1);
	cr_assert_eq(memcmp(x.key, all.last, 16), 0);
	cr_assert_eq(stateview_last(r, OTHER, 4, &x), 1);
	cr_assert_eq(stateview_last(r, KIND, 8, &x), 0);
	stateview_reader_end(r);
	stateview_close(v);
	model_clean(dir);
}

struct values {
	unsigned n, wrong;
	uint8_t first[16];
};

static void
see_value(void *arg, const struct stateview_record *x)
{
	struct values *v = arg;
	uint32_t i;

	memcpy(&i, x->key + 8, sizeof(i));
	v->wrong += x->keylen != 16 || x->len != 24 || x->seq != i + 1 ||
	    (uintptr_t)x->value % 8 != 0 ||
	    *(const uint8_t *)x->value != (i & 0xff);
	if (v->n++ == 0)
		memcpy(v->first, x->key, 16);
}

Test(stateview, walks_over_records)
{
	struct values all = { .n = 0 }, half = { .n = 0 };
	char *dir = model_dir(), path[PATH_MAX];
	struct stateview *v;
	uint8_t first[16], *at;
	struct stat st;
	int64_t a, b;
	int fd;

	make(dir, 10000);
	struct stateview_reader *r = begin(dir, &v);
	cr_assert_eq(stateview_range(r, KIND, 16, 0, 255, no_time, see_value,
	    &all), 10000);
	cr_assert_eq(all.n, 10000);
	a = stateview_range(r, KIND, 16, 0, 127, much_time, see_value, &half);
	b = stateview_range(r, KIND, 16, 128, 255, much_time, see_value,
	    &half);
	cr_assert_eq(a + b, 10000);
	cr_assert_eq(half.n, 10000);
	cr_assert_eq(all.wrong + half.wrong, 0);
	cr_assert_eq(stateview_range(r, 'Z', 16, 0, 255, no_time, see_value,
	    &half), 0);
	stateview_reader_end(r);
	stateview_close(v);

	/* A bit of the first value is no longer what it was. */
	memcpy(first, all.first, sizeof(first));
	(void)snprintf(path, sizeof(path), "%s/state.mdb", dir);
	fd = open(path, O_RDWR);
	cr_assert(fd != -1 && fstat(fd, &st) == 0);
	uint8_t *map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	cr_assert_neq(map, MAP_FAILED);
	for (at = map; (at = memmem(at, (size_t)(map + st.st_size - at), first,
	    sizeof(first))) != NULL; at += sizeof(first))
		at[sizeof(first) + 40] ^= 1;
	cr_assert_eq(munmap(map, (size_t)st.st_size) | close(fd), 0);
	r = begin(dir, &v);
	cr_assert_eq(stateview_range(r, KIND, 16, 0, 255, no_time, see_value,
	    &half), -1);
	cr_assert_str_neq(stateview_why(r), "");
	stateview_reader_end(r);
	stateview_close(v);
	model_clean(dir);
}

Test(stateview, sees_the_next_checkpoint)
{
	char *dir = model_dir();
	struct state_options o = { .dir = dir };
	struct stateview_record x;
	struct stateview *v;
	int go[2], done[2], status;
	uint8_t key[16];
	char c;
	pid_t pid;

	cr_assert(pipe(go) == 0 && pipe(done) == 0);
	if ((pid = fork()) == 0) {
		/* The daemon. */
		struct state *s = model_open(&o);

		write_some(s, 0, 50);
		(void)!write(done[1], "", 1);
		(void)!read(go[0], &c, 1);
		write_some(s, 50, 60000);
		(void)!write(done[1], "", 1);
		(void)!read(go[0], &c, 1);
		state_close(s);
		_exit(0);
	}
	cr_assert_eq(read(done[0], &c, 1), 1);
	struct stateview_reader *r = begin(dir, &v);
	cr_assert_eq(stateview_seq(r), 50);
	cr_assert_eq(stateview_tick(r, 1000), 0);
	cr_assert_eq(write(go[1], "", 1), 1);
	cr_assert_eq(read(done[0], &c, 1), 1);
	key_of(key, 59999);
	cr_assert_eq(stateview_tick(r, 1000 + STATEVIEW_HOLD_MS - 1), 0);
	cr_assert_eq(stateview_get(r, KIND, key, 16, &x), 0);
	cr_assert_eq(stateview_seq(r), 50);
	cr_assert_eq(stateview_tick(r, 1000 + STATEVIEW_HOLD_MS), 0);
	cr_assert_eq(stateview_seq(r), 60000);
	cr_assert_eq(stateview_get(r, KIND, key, 16, &x), 1);
	stateview_rest(r);
	cr_assert_eq(stateview_tick(r, 1000 + STATEVIEW_HOLD_MS), 0);
	cr_assert_eq(stateview_get(r, KIND, key, 16, &x), 1);
	stateview_reader_end(r);
	stateview_close(v);
	cr_assert_eq(write(go[1], "", 1), 1);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	model_clean(dir);
}

/* The map of the writer has to grow: the reader follows. */
Test(stateview, follows_a_map_that_grows)
{
	char *dir = model_dir();
	struct state_options o = { .dir = dir, .map_bytes = 1 << 20 };
	struct stateview_record x;
	struct stateview *v;
	int go[2], done[2], status;
	uint8_t key[16];
	char c;
	pid_t pid;

	cr_assert(pipe(go) == 0 && pipe(done) == 0);
	if ((pid = fork()) == 0) {
		struct state *s = model_open(&o);

		write_some(s, 0, 50);
		(void)!write(done[1], "", 1);
		(void)!read(go[0], &c, 1);
		state_close(s);
		o.map_bytes = 1 << 28;
		s = model_open(&o);
		write_some(s, 50, 60000);
		(void)!write(done[1], "", 1);
		(void)!read(go[0], &c, 1);
		state_close(s);
		_exit(0);
	}
	cr_assert_eq(read(done[0], &c, 1), 1);
	struct stateview_reader *r = begin(dir, &v);
	cr_assert_eq(write(go[1], "", 1), 1);
	cr_assert_eq(read(done[0], &c, 1), 1);
	key_of(key, 59999);
	stateview_rest(r);
	cr_assert_eq(stateview_tick(r, 1), 0, "%s", stateview_why(r));
	cr_assert_eq(stateview_get(r, KIND, key, 16, &x), 1, "%s",
	    stateview_why(r));
	stateview_reader_end(r);
	stateview_close(v);
	cr_assert_eq(write(go[1], "", 1), 1);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	model_clean(dir);
}

Test(stateview, tells_a_damaged_record)
{
	char *dir = model_dir();
	struct stateview_record x;
	struct stateview *v;
	uint8_t key[16], page[4096];
	char path[4200];
	off_t at = 0;
	int fd;

	make(dir, 1);
	snprintf(path, sizeof(path), "%s/state.mdb", dir);
	fd = open(path, O_RDWR);
	cr_assert_geq(fd, 0);
	/* The value is 24 zeros of record 0; its key stands before it. */
	key_of(key, 0);
	while (pread(fd, page, sizeof(page), at) == (ssize_t)sizeof(page)) {
		uint8_t *hit = memmem(page, sizeof(page), "R\x10", 2);

		if (hit != NULL) {
			page[hit - page + 24 + 40] ^= 1;
			cr_assert_eq(pwrite(fd, page, sizeof(page), at),
			    (ssize_t)sizeof(page));
		}
		at += (off_t)sizeof(page);
	}
	close(fd);
	struct stateview_reader *r = begin(dir, &v);
	cr_assert_eq(stateview_get(r, KIND, key, 16, &x), -1);
	cr_assert_not_null(strstr(stateview_why(r), "damaged"));
	cr_assert_eq(stateview_tick(r, 1), -1);
	stateview_reader_end(r);
	stateview_close(v);
	model_clean(dir);
}

Test(stateview, wants_a_file)
{
	char err[STATEVIEW_ERROR_MAX] = "";
	char *dir = model_dir();

	cr_assert_null(stateview_open(dir, err));
	cr_assert_eq(errno, ENOENT);
	cr_assert_not_null(strstr(err, "state.mdb"));
	model_clean(dir);
}
