/* What nodecsr.c and nodecsr_make.c share. */
#ifndef LIANGKA_KEYS_NODECSR_IMPL_H
#define LIANGKA_KEYS_NODECSR_IMPL_H

#include "label.h"
#include "nodecert_impl.h"
#include "nodecsr.h"

#define NODECSR_WORD_CODE	"code "
#define NODECSR_WORD_RENEW	"renew "
#define NODECSR_RENEWAL_LEN	(LABEL_BLOCK + NODECERT_POINT_LEN)

/* nodecsr_hmac(out, code, point):
 * What proves that a code is known. */
void	nodecsr_hmac(uint8_t out[SHA256_LEN], const uint8_t code[NODECODE_LEN],
	    const uint8_t point[NODECERT_POINT_LEN]);

/* nodecsr_renewal(text, point):
 * What is signed to renew a certificate. */
void	nodecsr_renewal(uint8_t text[NODECSR_RENEWAL_LEN],
	    const uint8_t point[NODECERT_POINT_LEN]);

#endif
