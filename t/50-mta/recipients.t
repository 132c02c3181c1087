#!/usr/bin/perl
# A real Postfix delivers to one mailbox what is addressed in many ways. Each of them has its owner's
# policy; held mail goes nowhere else, comes out once, and senders are who Postfix says they are.
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use Test::More;
use Wonted::Trial;

plan skip_all => 'wonted-milter is not built' unless Wonted::Daemon::built();
my $site = trial_site()->start;
my $n = 0;

# addresses with brackets, as the client writes them; returns the reply's code and the queue id
sub mail {
	my ($from, $to, $trial, $args) = @_;
	my $s = $site->postfix->client(client => { addr => '192.0.2.10', name => 'mail.example.com' });
	my ($code, $text) = $s->command("MAIL FROM:$from" . ($args // ''));
	for (@$to) { ($code, $text) = $s->command("RCPT TO:$_") if $code == 250 }
	($code, $text) = $s->command('DATA') if $code == 250;
	my $message = message(headers => ["X-Trial: $trial", 'X-N: ' . ++$n]) =~ s/\n/\r\n/gr;
	($code, $text) = $s->command("$message.") if $code == 354;
	$s->quit;
	my ($id) = $text =~ /queued as (\w+)/;
	$site->postfix->finished($id) if $id;
	return ($code, $id);
}
sub has { my ($who) = @_; return scalar grep { ($_->header('X-N') // '') eq $n } $site->dovecot->messages(address($who)) }
sub release {
	my ($id) = @_;
	my ($status, $said) = $site->wonted->run('quarantine', 'release', $id);
	diag $said if $status;
	Wonted::Place::wait_for(sub { my %q = $site->postfix->queue; !%q }, 20);
	return $status;
}

subtest 'recipients' => sub {
	for my $to ('<ERIK@EXAMPLE.ORG>', '<example.org!erik>', '<erik @ example.org>', '<erik@example.org,>', '<"er\ik"@example.org>',
		'<erik(x)@example.org>', '<@mx.example.org:erik@example.org>', '<Erik <erik@example.org>>', '<erik%example.org>', '<erik+list@example.org>') {
		is((mail('<a@example.com>', [$to], 'spam'))[0], 550, "$to: erik's policy");
	}
	for my $to ('<example.org!ann>', '<ann @ example.org>', '<"ann"@example.org.>', '<ann@example.org,>', '<ann(x)@example.org>') {
		# erik defers what is malicious, so it is held for him here, and bob is only watched
		my ($code, $id) = mail('<a@example.com>', [$to, '<frida@example.org>'], 'malicious');
		is($code, 250, "$to: taken");
		is(has('frida'), 1, 'delivered to who is in observe mode');
		is(has('ann'), 0, 'and not to ann');
		is(release($id), 0, 'released');
		is(has('ann'), 1, 'to her, once');
		is(has('frida'), 1, 'and to nobody else');
	}
	for my $to ('<example.org!dora>', '<dora+list@example.org>', '<dora+junk@example.org>', '<dora @ example.org>') {
		mail('<a@example.com>', [$to, '<frida@example.org>'], 'spam');
		my @got = grep { ($_->header('X-N') // '') eq $n } $site->dovecot->messages(address('dora'));
		is(join(' ', map { $_->folder } @got), 'Junk', "$to: one copy, in Junk");
	}
};

subtest 'senders' => sub {
	for my $from ('<>', '<"a b"@example.com>', '<"a<b>"@example.com>', '<"a\"b"@example.com>', '<a@[192.0.2.1]>', '<a..b@example.com>',
		'<example.com!a>', '<a @ example.com>', '<a@example.com,>', '<""@example.com>', '<postmaster>') {
		my ($code, $id) = mail($from, ['<ann@example.org>'], 'malicious');
		is(has('ann'), 0, "$from: held");
		is(release($id), 0, 'released');
		is(has('ann'), 1, 'and there');
	}
	for my $from ('<example.com!a>', '<a @ example.com>', '<a@example.com,>', '<a(x)@example.com.>') {
		mail($from, ['<ann@example.org>'], 'none');
		my ($got) = grep { ($_->header('X-N') // '') eq $n } $site->dovecot->messages(address('ann'));
		like($got->header('Authentication-Results'), qr/spf=pass[^;]* smtp\.mailfrom=\S*example\.com/, "$from: SPF knows the domain");
	}
};
done_testing;
