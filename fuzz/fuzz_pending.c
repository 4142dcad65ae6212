#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lists/repo_impl.h"
#include "store/disk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A directory whose files stand behind each other: "%% name\n", then the content up to
 * the next "\n%% " or the end. */
#define FILES	16

struct file {
	char name[64];
	const uint8_t *p;
	size_t len;
};

static struct file files[FILES];
static int nfiles;

/* Cut the input into files. */
static void
cut(const uint8_t *data, size_t size)
{
	const uint8_t *p = data, *end = data + size, *nl, *next;
	struct file *f;

	for (nfiles = 0; nfiles < FILES && end - p > 3 && memcmp(p, "%% ",
	    3) == 0; p = next + 1) {
		f = &files[nfiles];
		p += 3;
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL ||
		    nl - p >= (ptrdiff_t)sizeof(f->name))
			return;
		memcpy(f->name, p, (size_t)(nl - p));
		f->name[nl - p] = '\0';
		f->p = nl + 1;
		next = memmem(f->p, (size_t)(end - f->p), "\n%% ", 4);
		f->len = (size_t)((next != NULL ? next : end) - f->p);
		nfiles++;
		if (next == NULL)
			return;
	}
}

static int
f_open(void *ctx, const char *path, int flags, unsigned mode)
{
	const char *base = strrchr(path, '/') + 1;
	int i;

	(void)ctx;
	(void)flags;
	(void)mode;
	for (i = 0; i < nfiles; i++)
		if (strcmp(files[i].name, base) == 0)
			return (i);
	errno = ENOENT;
	return (-1);
}

static int
f_close(void *ctx, int fd)
{

	(void)ctx;
	(void)fd;
	return (0);
}

static ssize_t
f_pread(void *ctx, int fd, void *buf, size_t len, uint64_t off)
{
	const struct file *f = &files[fd];

	(void)ctx;
	if (off >= f->len)
		return (0);
	if (len > f->len - off)
		len = (size_t)(f->len - off);
	memcpy(buf, f->p + off, len);
	return ((ssize_t)len);
}

static int
f_size(void *ctx, int fd, uint64_t *bytes)
{

	(void)ctx;
	*bytes = files[fd].len;
	return (0);
}

/* What comes on a stick is shown to a signer or refused, whatever it is; what is shown
 * lies within its bounds. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk disk = disk_real;
	char err[CENTRE_ERROR_MAX] = "";
	struct repo_pending p;
	size_t i;
	int rc;

	disk.open = f_open;
	disk.close = f_close;
	disk.pread = f_pread;
	disk.size = f_size;
	cut(data, size);
	if (repo_pending_open(&p, &disk, "/nowhere", err) != 0)
		return (0);
	rc = repo_review(&p, err);
	assert(rc == 0 || err[0] != '\0');
	assert(p.plan.nlists <= CENTRE_LISTS_MAX);
	assert(p.plan.nroot_changes <= REPO_ROOT_CHANGES_MAX);
	if (rc == 0) {
		assert(p.plan.root == (p.root.whole != NULL));
		assert(p.plan.root || p.plan.targets_version != 0);
		for (i = 0; i < p.plan.nlists; i++)
			assert(p.plan.list[i].version > p.plan.list[i].from);
	}
	repo_pending_close(&p);
	return (0);
}
