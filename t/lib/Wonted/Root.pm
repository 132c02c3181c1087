package Wonted::Root;
# Postfix and Dovecot change users, so they must be started as root. Where the caller is not root, the
# same script is run again as root of its own user namespace, with the caller's subordinate ids
# (/etc/subuid, package uidmap): nothing on the machine can be changed from there that the caller could
# not change before.
use strict;
use warnings;
use File::Temp ();

# refused - '' if COMMAND succeeds, otherwise what it said. Where unshare is refused, it leaves a
# child that waits for ever and keeps a pipe open: so the output is a file, and the child is ended.
sub refused {
	my @command = @_;
	my $said = File::Temp->new;
	defined(my $pid = fork) or return "fork: $!";
	if (!$pid) {
		setpgrp;
		open STDOUT, '>&', $said;
		open STDERR, '>&', $said;
		exec @command or exit 127;
	}
	waitpid $pid, 0;
	my $status = $?;
	kill KILL => -$pid;
	return '' if $status == 0;
	seek $said, 0, 0;
	my $text = do { local $/; <$said> } // '';
	chomp $text;
	return $text || "$command[0]: status $status";
}

# become - return '' as root; start again as root of a namespace; or return the reason why neither goes
sub become {
	return '' if $> == 0;
	return 'started as root of a namespace, but is not root' if $ENV{WONTED_NAMESPACE};
	my @enter = qw(unshare --user --map-root-user --map-auto --setgroups=allow);
	my $said = refused(@enter, 'true');
	return "needs root, or subordinate user ids (package uidmap, /etc/subuid): $said" if $said;
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
