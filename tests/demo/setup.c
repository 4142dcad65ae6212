#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "setup.h"

/* Open a file of the set-up for writing. */
static FILE *
create(const char *dir, const char *name)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    sizeof(path)) {
		errno = ENAMETOOLONG;
	} else {
		FILE *f = fopen(path, "we");
		if (f != NULL)
			return (f);
	}
	fprintf(stderr, "demo-generate: %s/%s: %s\n", dir, name,
	    strerror(errno));
	return (NULL);
}

/* Close it, and say so when something was not written. */
static int
finish(FILE *f, const char *name)
{
	int bad = ferror(f);

	if (fclose(f) != 0 || bad) {
		fprintf(stderr, "demo-generate: %s: %s\n", name,
		    strerror(errno));
		return (-1);
	}
	return (0);
}

/* By institution, then by outlet. */
static int
outlet_compare(const void *va, const void *vb)
{
	const struct plan_row *a = *(const struct plan_row *const *)va;
	const struct plan_row *b = *(const struct plan_row *const *)vb;
	int order = strcmp(a->institution, b->institution);

	return (order != 0 ? order : strcmp(a->branch, b->branch));
}

/* One row for each outlet, sorted; the caller frees the array. */
static const struct plan_row **
outlets(const struct plan *plan, size_t *count)
{
	const struct plan_row **o = malloc((plan->count + 1) * sizeof(*o));

	*count = 0;
	if (o == NULL)
		return (NULL);
	for (size_t i = 0; i < plan->count; i++)
		o[i] = &plan->rows[i];
	qsort(o, plan->count, sizeof(*o), outlet_compare);
	for (size_t i = 0; i < plan->count; i++) {
		if (*count > 0 && outlet_compare(&o[*count - 1], &o[i]) == 0) {
			/* Of equals keep one that knows its area. */
			if (o[*count - 1]->area == 0)
				o[*count - 1] = o[i];
		} else {
			o[(*count)++] = o[i];
		}
	}
	return (o);
}

/* A key and its text in quotes. */
static void
text_write(FILE *f, const char *key, const char *dir, const char *name)
{
	fprintf(f, "%s = \"", key);
	for (const char *p = dir; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			putc('\\', f);
		putc(*p, f);
	}
	fprintf(f, "%s\"\n", name);
}

/* The part that does not depend on the plan. */
static void
daemon_write(FILE *f, const struct setup *s)
{
	fprintf(f, "# Written by demo-generate: a private daemon for one "
	    "demonstration.\n[daemon]\nnode = \"demo\"\n");
	text_write(f, "data", s->dir, "/data");
	text_write(f, "token_key", s->key, "");
	if (s->policy != NULL)
		text_write(f, "policy", s->policy, "");
	fprintf(f, "\n[limits]\n"
	    "# A day passes in seconds here: these would stop it.\n"
	    "checks_per_teller_minute = 1000000\n"
	    "persons_per_teller_day = 0\n"
	    "connections_per_uid = 512\n\n[operator desk]\n");
	text_write(f, "socket", s->run, "/operator_desk.sock");
	fprintf(f, "uid = \"%u\"\nrights = \"desk, admin, intake\"\n\n",
	    (unsigned)geteuid());
}

/* The socket of one institution, and what a host needs to find it. */
static int
institution_write(FILE *f, const struct setup *s, const char *id, int32_t area)
{
	char name[64], socket[64];

	snprintf(name, sizeof(name), "plugin/%s.conf", id);
	snprintf(socket, sizeof(socket), "/%s.sock", id);
	fprintf(f, "[institution %s]\n", id);
	text_write(f, "socket", s->run, socket);
	fprintf(f, "uid = \"%u\"\nrights = \"check, confirm, report, "
	    "review\"\n", (unsigned)geteuid());
	if (area != 0)
		fprintf(f, "area = %06d\n", (int)area);
	putc('\n', f);
	FILE *p = create(s->dir, name);
	if (p == NULL)
		return (-1);
	fprintf(p, "[plugin]\n");
	text_write(p, "socket", s->run, socket);
	fprintf(p, "server_uid = \"%u\"\ninstitution = \"%s\"\n"
	    "connections = 8\ntimeout = 10s\n", (unsigned)geteuid(), id);
	return (finish(p, name));
}

/* All institutions and outlets of the plan. */
static int
institutions_write(FILE *f, const struct setup *s,
    const struct plan_row **o, size_t count)
{
	unsigned institutions = 0;

	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(o[i - 1]->institution,
		    o[i]->institution) == 0)
			continue;
		if (++institutions > SETUP_INSTITUTIONS) {
			fprintf(stderr, "demo-generate: more than %d "
			    "institutions\n", SETUP_INSTITUTIONS);
			return (-1);
		}
		size_t k = i; /* the first outlet that says its area */
		while (k + 1 < count && o[k]->area == 0 &&
		    strcmp(o[k + 1]->institution, o[i]->institution) == 0)
			k++;
		if (institution_write(f, s, o[i]->institution,
		    o[k]->area / 100 * 100) < 0)
			return (-1);
	}
	for (size_t i = 0; i < count; i++) {
		if (o[i]->area != 0)
			fprintf(f, "[outlet %s.%s]\narea = %06d\n",
			    o[i]->institution, o[i]->branch, (int)o[i]->area);
	}
	return (0);
}

/* liangkad.conf and the hosts' files. */
int
setup_write(const struct setup *s, const struct plan *plan)
{
	char path[4096];
	size_t count;
	int rc = -1;

	snprintf(path, sizeof(path), "%s/plugin", s->dir);
	if (mkdir(path, 0700) < 0 && errno != EEXIST) {
		fprintf(stderr, "demo-generate: %s: %s\n", path,
		    strerror(errno));
		return (-1);
	}
	const struct plan_row **o = outlets(plan, &count);
	if (o == NULL) {
		fprintf(stderr, "demo-generate: out of memory\n");
		return (-1);
	}
	FILE *f = create(s->dir, "liangkad.conf");
	if (f != NULL) {
		daemon_write(f, s);
		rc = institutions_write(f, s, o, count);
		if (finish(f, "liangkad.conf") < 0)
			rc = -1;
	}
	free(o);
	return (rc);
}
