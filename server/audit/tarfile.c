#include <string.h>

#include "tarfile.h"

#define BLOCK 512
#define LONGEST ((uint64_t)1 << 33) /* eleven octal digits */

/* The header of one file (POSIX.1-1988, ustar). */
struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char sum[8];
	char type;
	char link[100];
	char magic[6];
	char version[2];
	char owner[32];
	char group[32];
	char major[8];
	char minor[8];
	char prefix[155];
	char spare[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a block");

/* Write a number in octal, with a NUL behind it. */
static void
octal(char *p, size_t size, uint64_t v)
{
	size_t i;

	p[size - 1] = '\0';
	for (i = size - 1; i-- > 0; v >>= 3)
		p[i] = (char)('0' + (v & 7));
}

/* Append a file. */
int
tarfile_add(FILE *f, const char *name, const void *data, size_t len,
    int64_t mtime)
{
	static const char zeros[BLOCK];
	const unsigned char *b;
	struct header h;
	size_t n = strlen(name), pad = (BLOCK - len % BLOCK) % BLOCK, i;
	unsigned sum = 0;

	if (n == 0 || n > sizeof(h.name) || len >= LONGEST)
		return (-1);
	memset(&h, 0, sizeof(h));
	memcpy(h.name, name, n);
	octal(h.mode, sizeof(h.mode), 0644);
	octal(h.uid, sizeof(h.uid), 0);
	octal(h.gid, sizeof(h.gid), 0);
	octal(h.size, sizeof(h.size), len);
	octal(h.mtime, sizeof(h.mtime), mtime > 0 ? (uint64_t)mtime : 0);
	h.type = '0';
	memcpy(h.magic, "ustar", 6);
	memcpy(h.version, "00", 2);
	octal(h.major, sizeof(h.major), 0);
	octal(h.minor, sizeof(h.minor), 0);
	/* The sum is taken with its own place full of spaces. */
	memset(h.sum, ' ', sizeof(h.sum));
	for (b = (const unsigned char *)&h, i = 0; i < sizeof(h); i++)
		sum += b[i];
	octal(h.sum, 7, sum);
	if (fwrite(&h, sizeof(h), 1, f) != 1 ||
	    (len > 0 && fwrite(data, len, 1, f) != 1) ||
	    (pad > 0 && fwrite(zeros, pad, 1, f) != 1))
		return (-1);
	return (0);
}

/* Append the end: two empty blocks. */
int
tarfile_end(FILE *f)
{
	static const char zeros[2 * BLOCK];

	return (fwrite(zeros, sizeof(zeros), 1, f) == 1 ? 0 : -1);
}
