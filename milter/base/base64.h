/* One digit of base64 (RFC 4648 4). Whole texts are GLib's business, or of those who must be
 * stricter or know where each byte stands. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

/* base64_digit - the six bits of a digit
 * err   -1: it is none */
static inline int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

#endif
