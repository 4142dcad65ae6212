#include <sys/socket.h>

#include <errno.h>

#include "status.h"

/* Ask once. */
int
status_get(int fd, uint8_t buf[STATUS_BYTES], struct wire_fields *f)
{
	static const uint8_t id[WIRE_ID] = {1};
	struct wire_header h = {0};
	struct wire_out o;
	size_t got = 0, want = WIRE_HEADER;
	ssize_t n;

	wire_out_init(&o, buf, STATUS_BYTES);
	wire_begin(&o, WIRE_STATUS, id);
	wire_put_u32(&o, WIRE_T_REMAINING_MS, 5000);
	wire_end(&o);
	if (send(fd, buf, o.len, MSG_NOSIGNAL) != (ssize_t)o.len)
		return (-1);
	while (got < want) {
		n = recv(fd, buf + got, want - got, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (-1);
		got += (size_t)n;
		if (got == WIRE_HEADER) {
			if (wire_header_read(&h, buf) != WIRE_OK ||
			    h.length > STATUS_BYTES - WIRE_HEADER)
				return (-1);
			want += h.length;
		}
	}
	return (wire_fields_read(f, buf + WIRE_HEADER, h.length) == WIRE_OK ?
	    0 : -1);
}
