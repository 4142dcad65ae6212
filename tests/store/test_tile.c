#include <criterion/criterion.h>
#include <string.h>

#include "store/tile.h"

/* Names and shapes of tiles: the examples of C2SP tlog-tiles, and the edges. */

static void
path_is(const char *want, int level, uint64_t index, unsigned width)
{
	char path[TILE_PATH_MAX];

	cr_assert_eq(tile_path(path, level, index, width), strlen(want));
	cr_assert_str_eq(path, want);
}

Test(tile, paths)
{
	path_is("tile/0/x001/x234/067", 0, 1234067, 256);
	path_is("tile/0/000", 0, 0, 256);
	path_is("tile/0/000.p/1", 0, 0, 1);
	path_is("tile/1/999", 1, 999, 256);
	path_is("tile/2/x001/000.p/255", 2, 1000, 255);
}

Test(tile, paths_of_bundles)
{
	path_is("tile/entries/000", TILE_ENTRIES, 0, 256);
	path_is("tile/entries/x001/234.p/17", TILE_ENTRIES, 1234, 17);
	path_is("tile/entries/x018/x446/x744/x073/x709/x551/615.p/255",
	    TILE_ENTRIES, UINT64_MAX, 255);
}

Test(tile, widths)
{
	/* 70,000 entries: 273 full tiles, then 112; one full, then 17; 1. */
	cr_assert_eq(tile_width(0, 272, 70000), 256);
	cr_assert_eq(tile_width(0, 273, 70000), 112);
	cr_assert_eq(tile_width(0, 274, 70000), 0);
	cr_assert_eq(tile_width(TILE_ENTRIES, 273, 70000), 112);
	cr_assert_eq(tile_width(1, 0, 70000), 256);
	cr_assert_eq(tile_width(1, 1, 70000), 17);
	cr_assert_eq(tile_width(2, 0, 70000), 1);
	cr_assert_eq(tile_width(3, 0, 70000), 0);

	cr_assert_eq(tile_width(0, 0, 256), 256);
	cr_assert_eq(tile_width(0, 1, 256), 0);
	cr_assert_eq(tile_width(1, 0, 256), 1);
	cr_assert_eq(tile_width(0, 0, 0), 0);
	cr_assert_eq(tile_width(0, UINT64_MAX / 256, UINT64_MAX), 255);
	cr_assert_eq(tile_width(0, UINT64_MAX, UINT64_MAX), 0);
	cr_assert_eq(tile_width(7, 0, UINT64_MAX), 255);
	cr_assert_eq(tile_width(8, 0, UINT64_MAX), 0);
}

Test(tile, bundles)
{
	static const uint8_t b[] = { 0, 3, 'o', 'n', 'e', 0, 0, 0, 1, 'x' };
	const uint8_t *p;
	size_t off = 0, len;

	cr_assert_eq(tile_bundle_next(b, sizeof(b), &off, &p, &len), 1);
	cr_assert(len == 3 && p == b + 2 && off == 5);
	cr_assert_eq(tile_bundle_next(b, sizeof(b), &off, &p, &len), 1);
	cr_assert(len == 0 && off == 7);
	cr_assert_eq(tile_bundle_next(b, sizeof(b), &off, &p, &len), 1);
	cr_assert(len == 1 && p == b + 9 && off == 10);
	cr_assert_eq(tile_bundle_next(b, sizeof(b), &off, &p, &len), 0);

	/* Cut anywhere within an entry, it is none and *off stays. */
	for (size_t cut = 1; cut < 5; cut++) {
		off = 0;
		cr_assert_eq(tile_bundle_next(b, cut, &off, &p, &len), -1);
		cr_assert_eq(off, 0);
	}
	off = 0;
	cr_assert_eq(tile_bundle_next(b, 0, &off, &p, &len), 0);
}
