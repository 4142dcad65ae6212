#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "listfile_impl.h"

/* From list files to lists that serve. */

/* A base file in the making. */
struct building {
	const char *base;
	const struct disk *disk;
	struct list_builder *b;
	char *err;
};

/* Say at once when there is no room, rather than when the disk is full. */
static int
room(const struct building *g, const struct list_info *info)
{
	uint64_t need = list_size(info), have;
	char dir[4096];
	char *slash;

	if (strlen(g->base) >= sizeof(dir))
		return (0);
	memcpy(dir, g->base, strlen(g->base) + 1);
	if ((slash = strrchr(dir, '/')) == NULL)
		memcpy(dir, ".", 2);
	else
		slash[slash == dir] = '\0';
	if (g->disk->space(g->disk->ctx, dir, &have) != 0 || have >= need)
		return (0);
	errno = ENOSPC;
	return (listfile_error(g->err, g->base, "needs %llu MB, there are %llu",
	    (unsigned long long)(need >> 20) + 1,
	    (unsigned long long)(have >> 20)));
}

/* Begin when the header is known. */
static int
begin(struct building *g, const struct listfile_header *h)
{

	if (room(g, &h->info) != 0 || (g->b = list_build(g->base, &h->info,
	    g->disk, g->err)) == NULL)
		return (-1);
	list_build_expect(g->b, h->info.count, h->info.root);
	return (0);
}

/* Hand a run to the builder. */
static int
add(void *arg, const struct listfile_header *h, const struct listrec *r,
    size_t n)
{
	struct building *g = arg;

	if (g->b == NULL && begin(g, h) != 0)
		return (-1);
	return (list_build_add(g->b, r, n, g->err));
}

/* Nothing gets its name before the whole file has been found right. */
struct list *
listfile_build(const char *path, const struct listfile_want *want,
    const char *base, const struct disk *disk, char *err)
{
	struct building g = { .base = base, .disk = disk, .err = err };
	struct listfile_header h;
	struct list_info info;
	int saved;

	if (want->kind != LISTFILE_SNAPSHOT) {
		errno = EINVAL;
		(void)listfile_error(err, path, "only a snapshot is built");
		return (NULL);
	}
	if (listfile_pass(path, want, &h, add, &g, err) != 0 ||
	    (g.b == NULL && begin(&g, &h) != 0)) {
		saved = errno;
		list_build_abort(g.b);
		errno = saved;
		return (NULL);
	}
	if (list_build_finish(g.b, &info, err) != 0)
		return (NULL);
	return (list_open(base, 0, err));
}

/* A delta fits to any version from `from` on, and leads further. */
struct list *
listfile_apply(const struct list *l, const char *path,
    const struct listfile_want *want, char *err)
{
	uint32_t version = list_info(l)->version;
	struct listfile_header h;
	struct listrec *r;
	struct list *made;
	int saved;

	if (want->kind != LISTFILE_DELTA || version < want->from ||
	    version >= want->version) {
		errno = EINVAL;
		(void)listfile_error(err, path, "not a delta that leads on "
		    "from version %u", version);
		return (NULL);
	}
	if ((r = listfile_read_wanted(path, want, &h, LIST_LAYER_MAX,
	    err)) == NULL)
		return (NULL);
	made = list_layer(l, &h.info, r, (size_t)h.records, err);
	saved = errno;
	free(r);
	errno = saved;
	return (made);
}
