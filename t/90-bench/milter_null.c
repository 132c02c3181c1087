/* The milter that does nothing: what the MTA's side of the protocol costs by itself. It asks
 * for the same steps as wonted-milter, and copies the body as it must. */
#include <libmilter/mfapi.h>

#define WANTED                                                                          \
	(SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR | \
	 SMFIP_NR_EOH | SMFIP_NR_BODY | SMFIP_SKIP | SMFIP_HDR_LEADSPC |                \
	 SMFIP_NOUNKNOWN | SMFIP_NODATA)

static sfsistat negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1,
			  unsigned long f2, unsigned long f3, unsigned long *pf0,
			  unsigned long *pf1, unsigned long *pf2, unsigned long *pf3)
{
	(void)ctx, (void)f2, (void)f3;
	*pf0 = f0 & SMFIF_ADDHDRS;
	*pf1 = f1 & WANTED;
	*pf2 = *pf3 = 0;
	return (f1 & WANTED) == WANTED ? SMFIS_CONTINUE : SMFIS_REJECT;
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *sa)
{
	(void)ctx, (void)host, (void)sa;
	return SMFIS_NOREPLY;
}

static sfsistat on_args(SMFICTX *ctx, char **args)
{
	(void)ctx, (void)args;
	return SMFIS_NOREPLY;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx, (void)name, (void)value;
	return SMFIS_NOREPLY;
}

static sfsistat on_step(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_NOREPLY;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *at, size_t n)
{
	(void)ctx, (void)at, (void)n;
	return SMFIS_NOREPLY;
}

static sfsistat on_end(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

int main(int argc, char **argv)
{
	char name[] = "null";
	struct smfiDesc desc = { .xxfi_name = name,
				 .xxfi_version = SMFI_VERSION,
				 .xxfi_flags = SMFIF_ADDHDRS,
				 .xxfi_connect = on_connect,
				 .xxfi_envfrom = on_args,
				 .xxfi_envrcpt = on_args,
				 .xxfi_header = on_header,
				 .xxfi_eoh = on_step,
				 .xxfi_body = on_body,
				 .xxfi_eom = on_end,
				 .xxfi_negotiate = negotiate };

	if (argc != 2) {
		fputs("usage: milter_null SOCKET\n", stderr);
		return 2;
	}
	if (smfi_setconn(argv[1]) != MI_SUCCESS || smfi_register(desc) != MI_SUCCESS ||
	    smfi_opensocket(1) != MI_SUCCESS)
		return 1;
	return smfi_main();
}
