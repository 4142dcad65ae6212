#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *begin, *end;

/* A field points into the body, is as long as it may be, and can be copied. */
static void
check(const struct wire_fields *f, unsigned tag)
{
	static char copy[WIRE_BODY_MAX + 1];
	size_t len;

	if (f->f[tag].p < begin || f->f[tag].p + f->f[tag].len > end ||
	    f->f[tag].len > wire_tag_max(tag))
		abort();
	(void)wire_u32(f, tag, 0);
	(void)wire_u64(f, tag, 0);
	(void)wire_text(f, tag, &len);
	if (len != f->f[tag].len)
		abort();
	if (wire_copy(f, tag, copy, sizeof(copy)) != 0)
		abort();
}

/* What was read and is written again reads the same. */
static void
rewrite(const struct wire_fields *f, const struct wire_header *h)
{
	static uint8_t buf[WIRE_HEADER + WIRE_BODY_MAX];
	struct wire_fields again;
	struct wire_out o;
	unsigned tag;

	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, h->type, h->id);
	for (tag = 1; tag < WIRE_T_MAX; tag++)
		if (wire_has(f, tag))
			wire_put_bytes(&o, tag, f->f[tag].p, f->f[tag].len);
	if (wire_end(&o) != 0 || wire_fields_read(&again, &buf[WIRE_HEADER],
	    o.len - WIRE_HEADER) != WIRE_OK ||
	    memcmp(again.present, f->present, sizeof(f->present)) != 0)
		abort();
}

/* A frame: header, then body. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_fields f;
	struct wire_header h;
	unsigned tag;
	int rc;

	if (size < WIRE_HEADER || wire_header_read(&h, data) != WIRE_OK ||
	    h.length > size - WIRE_HEADER)
		return (0);
	begin = &data[WIRE_HEADER];
	end = begin + h.length;
	rc = wire_fields_read(&f, begin, h.length);
	if (rc != WIRE_OK) {
		static const uint64_t none[sizeof(f.present) / 8];

		if (memcmp(f.present, none, sizeof(none)) != 0 ||
		    wire_tag_name((unsigned)f.bad_tag) == NULL ||
		    wire_fault_text(rc) == NULL)
			abort();
		return (0);
	}
	for (tag = 1; tag < WIRE_T_MAX; tag++)
		if (wire_has(&f, tag))
			check(&f, tag);
	rewrite(&f, &h);
	return (0);
}
