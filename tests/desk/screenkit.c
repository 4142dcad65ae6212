#include <criterion/criterion.h>

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/identity.h"
#include "engine/normal.h"
#include "engine/policy.h"
#include "keys/keymake.h"
#include "plugin.h"
#include "store/disk.h"
#include "store/list.h"

#include "screenkit.h"

char *
screenkit_dir(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/screen.XXXXXX", tmp != NULL ?
	    tmp : "/tmp");
	cr_assert_not_null(mkdtemp(path));
	return (strdup(path));
}

void
screenkit_clean(char *dir)
{
	char path[4500];
	struct dirent *e;
	DIR *d = opendir(dir);

	cr_assert_not_null(d);
	while ((e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		(void)unlink(path);
	}
	closedir(d);
	cr_expect_eq(rmdir(dir), 0);
	free(dir);
}

const char *
screenkit_path(const char *dir, const char *name)
{
	static char path[4][4200];
	static int at;

	at = (at + 1) % 4;
	(void)snprintf(path[at], sizeof(path[at]), "%s/%s", dir, name);
	return (path[at]);
}

void
screenkit_write(const char *path, const void *p, size_t len)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f);
	cr_assert_eq(fwrite(p, 1, len, f), len);
	cr_assert_eq(fclose(f), 0);
}

char *
screenkit_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	struct stat st;
	char *p;

	cr_assert_not_null(f, "%s: %s", path, strerror(errno));
	cr_assert_eq(fstat(fileno(f), &st), 0);
	p = malloc((size_t)st.st_size + 1);
	cr_assert_eq(fread(p, 1, (size_t)st.st_size, f), (size_t)st.st_size);
	p[st.st_size] = '\0';
	if (len != NULL)
		*len = (size_t)st.st_size;
	(void)fclose(f);
	return (p);
}

struct token_keys *
screenkit_keys(int list, uint32_t epoch)
{
	const struct keymake m = { .kind = list ? KEYFILE_TOKEN_LIST :
		KEYFILE_TOKEN_PERSON, .epoch = epoch,
		.algorithm = KEYFILE_HMAC_SHA256, .created = 1795000000,
		.expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN] = { (uint8_t)list, (uint8_t)epoch };
	struct keyfile_error e;
	struct token_keys *k;
	struct keyfile f;
	char err[256] = "";

	cr_assert_eq(keymake(&f, &m, secret, &e), 0, "%s", e.text);
	k = token_keys_from(&f, 1, err, sizeof(err));
	cr_assert_not_null(k, "%s", err);
	return (k);
}

/* Show what is wrong with a policy. */
static void
report(void *arg, const struct conf_error *e)
{

	(void)arg;
	(void)fprintf(stderr, "%u: %s\n", e->line, e->message);
}

struct policy *
screenkit_policy(const char *rules)
{
	const struct conf_sink sink = { report, NULL };
	char text[8192];
	struct policy *p;

	(void)snprintf(text, sizeof(text), "[policy]\nversion = \"test-1\"\n%s",
	    rules);
	p = policy_compile("test", text, strlen(text), &sink);
	cr_assert_not_null(p);
	return (p);
}

static int64_t
mono(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

void
screenkit_options(struct screen_options *o, const char *dir,
    const struct policy *policy)
{

	*o = (struct screen_options){ .input = strdup(screenkit_path(dir,
	    "in.csv")), .result = strdup(screenkit_path(dir, "out.csv")),
	    .name = "in.csv", .policy = policy, .policy_hash = "x",
	    .now = SCREENKIT_NOW, .id_type = LK_ID_RESIDENT, .english = 1,
	    .threads = 2, .mono_ms = mono };
}

void
screenkit_citizen(char id[19], unsigned i)
{

	(void)snprintf(id, 19, "%06u19%02u%02u%02u%03u?", 110101 + i % 50, 50 +
	    i / 50 % 50, 1 + i / 2500 % 12, 1 + i / 30000 % 28,
	    i / 840000 % 1000);
	id[17] = identity_check_digit(id);
}

struct token
screenkit_person(const struct token_keys *k, const char *id)
{
	uint8_t in[IDENTITY_TOKEN_INPUT];
	struct identity x;
	struct token t;

	cr_assert_eq(identity_parse(&x, LK_ID_RESIDENT, id, strlen(id), NULL,
	    20779, NULL), 0);
	token_make(&t, k, 0, TOKEN_PERSON, in, identity_token_input(&x, in));
	return (t);
}

struct token
screenkit_phone(const struct token_keys *k, const char *phone)
{
	char norm[NORMAL_MAX];
	struct token t;

	token_make(&t, k, 0, TOKEN_PHONE, norm, normal_phone(phone,
	    strlen(phone), norm));
	return (t);
}

struct token
screenkit_card(const struct token_keys *k, const char *card)
{
	char norm[NORMAL_MAX];
	struct token t;

	token_make(&t, k, 0, TOKEN_CARD, norm, normal_card(card, strlen(card),
	    norm));
	return (t);
}

struct listrec
screenkit_record(const struct token *t, int category)
{

	return ((struct listrec){ .token = *t, .category = (uint8_t)category,
	    .severity = 5, .source = { 1 } });
}

static int
by_token(const void *a, const void *b)
{

	return (memcmp(a, b, TOKEN_LEN));
}

struct list *
screenkit_list(const char *dir, const char *id, int subject, uint32_t epoch,
    struct listrec *r, size_t n)
{
	struct list_info info = { .subject = (uint32_t)subject,
		.epoch = epoch, .version = 3, .bits = listrec_bits(n) };
	struct list_builder *b;
	char err[LIST_ERROR_MAX] = "";
	const char *path;
	char name[64];
	struct list *l;

	(void)snprintf(info.id, sizeof(info.id), "%s", id);
	(void)snprintf(name, sizeof(name), "%s.mdb", id);
	path = screenkit_path(dir, name);
	qsort(r, n, sizeof(*r), by_token);
	b = list_build(path, &info, &disk_real, err);
	cr_assert_not_null(b, "%s", err);
	cr_assert_eq(list_build_add(b, r, n, err), 0, "%s", err);
	cr_assert_eq(list_build_finish(b, &info, err), 0, "%s", err);
	l = list_open(path, 1, err);
	cr_assert_not_null(l, "%s", err);
	return (l);
}
