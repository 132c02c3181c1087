package Wonted::Root;
# Postfix and Dovecot change users, so they must be started as root. Where the caller is not root, the
# same script is run again as root of its own user namespace, with the caller's subordinate ids
# (/etc/subuid, package uidmap): nothing on the machine can be changed from there that the caller could
# not change before.
use strict;
use warnings;

# become - return '' as root; start again as root of a namespace; or return the reason why neither goes
sub become {
	return '' if $> == 0;
	return 'started as root of a namespace, but is not root' if $ENV{WONTED_NAMESPACE};
	my @enter = qw(unshare --user --map-root-user --map-auto --setgroups=allow);
	my $said = `@enter true 2>&1`;
	if ($?) {
		chomp $said;
		return "needs root, or subordinate user ids (package uidmap, /etc/subuid): $said";
	}
	$ENV{WONTED_NAMESPACE} = 1;
	exec @enter, '--', $^X, (map { "-I$_" } grep { !ref } @INC), $0, @ARGV;
}

# need - what a test calls first: goes on as root or skips the whole file with the reason
sub need {
	my $why = become() or return;
	require Test::More;
	Test::More::plan(skip_all => $why);
}

1;
