#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lists/csvfile.h"

/*
 * Rows from a file: the first byte says which encoding is given (0 to 4) and in what
 * pieces it comes, the rest is the file.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *p;
	size_t len, piece;
};

static ssize_t
get(void *arg, void *buf, size_t len)
{
	struct input *in = arg;
	size_t n = len < in->piece ? len : in->piece;

	n = n < in->len ? n : in->len;
	memcpy(buf, in->p, n);
	in->p += n;
	in->len -= n;
	return ((ssize_t)n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .p = data + 1, .len = size - 1 };
	struct csvfile_source s = { get, &in };
	char err[CSVFILE_ERROR_MAX];
	static struct csvfile_row row;
	struct csvfile *f;
	uint64_t line = 0;
	size_t i;

	if (size < 1)
		return (0);
	in.piece = (size_t)(data[0] >> 3) + 1;
	if (data[0] >= 0xf8)
		in.piece = 70000;
	if ((f = csvfile_open(&s, "fuzz", data[0] % 8 % 5, err)) == NULL)
		return (0);
	while (csvfile_next(f, &row, err) == 1) {
		assert(row.line > line && row.n <= CSVFILE_CELLS_MAX);
		line = row.line;
		assert(row.fault >= 0 && row.fault < CSVFILE_FAULTS);
		assert((row.fault == 0) == (row.n > 0));
		assert(row.rawlen <= CSVFILE_ROW_MAX);
		for (i = 0; i < row.n; i++) {
			assert(strlen(row.cell[i].text) == row.cell[i].len);
			(void)csvfile_rounded(&row.cell[i]);
		}
	}
	csvfile_close(f);
	return (0);
}
