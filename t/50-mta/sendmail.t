#!/usr/bin/perl
# Through a real Sendmail, with the lines that are shipped for it, and either engine: who is meant, each
# action, a release; and of each message each recipient has it once, or it is held for him. Part of make
# check-mta, which fetches Sendmail's packages and unpacks them below build/.
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use Test::More;
use Wonted::Sendmail;
use Wonted::Trial;

plan skip_all => 'wonted-milter is not built' unless Wonted::Daemon::built();
plan skip_all => Wonted::Sendmail::missing() if Wonted::Sendmail::missing();

my $body = "Hello,\n\nthis is the text.\n.a dot\n..two\nFrom here on\nm\xc3\xbcde " . 'x' x 900 . "\n-- \nSomebody\n";
my @all = (address(qw(ann bob carol dora erik frida)), 'gil@example.net');
my ($site, $n);

sub start {
	my ($engine) = @_;
	$n = 0;
	my $s = trial_site(mta => 'Wonted::Sendmail', users => \@all, local => 'example.org', routed => 'example.net',
		virtual => { 'info@example.org' => 'ann', 'sales@example.org' => 'erik' }, aliases => { team => 'bob, carol' },
		# the client from outside is one of this machine's addresses, too
		wonted => { set => { internal_networks => '"127.0.0.1"', milter_engine => $engine } });
	my $more = $s->wonted->{more} =~ s/"example\.org"/"example.org, example.net"/r;
	$s->wonted->configure(more => $more =~ s/"erik\@example.org"/"erik\@example.org, sales\@example.org"/r);
	return $s->start;
}

# mail - addresses as the client writes them, with brackets; ($reply, $text, $queue_id)
sub mail {
	my ($from, $to, $trial, %o) = @_;
	my $s = $site->mta->client(client => $o{inside} ? undef : { helo => 'mail.example.com' });
	my ($code, $text) = $s->command("MAIL FROM:$from BODY=8BITMIME");
	for (@$to) { ($code, $text) = $s->command("RCPT TO:$_") if $code == 250 }
	($code, $text) = $s->command('DATA') if $code == 250;
	my $message = message(body => $body, headers => ["X-Trial: $trial", 'X-N: ' . ++$n, @{ $o{headers} // [] }]);
	$message = $message =~ s/\n/\r\n/gr =~ s/^\./../mgr;
	($code, $text) = $s->command("$message.") if $code == 354;
	$s->quit;
	my ($id) = $text =~ /(\w+) Message accepted/;
	ok($site->mta->finished, 'it has left the queue') if $id;
	return ($code, $text, $id);
}
# got - what an address has of the message sent last
sub got { my ($who, $of) = @_; return grep { ($_->header('X-N') // '') eq ($of // $n) } $site->dovecot->messages($who =~ /@/ ? $who : address($who)) }
sub folders { return join ' ', map { $_->folder } got(@_) }
sub held {
	my ($id) = @_;
	my ($status, $said) = $site->wonted->run('quarantine', 'show', $id);
	return $status ? '' : join ' ', sort $said =~ /^recipient +(\S+), .*\bheld\b/mg;
}
sub release {
	my ($id) = @_;
	my ($status, $said) = $site->wonted->run('quarantine', 'release', $id);
	diag $said if $status;
	$site->mta->finished;
	return $status;
}

sub try_actions {
	my ($code, $text, $id) = mail('<a@example.com>', ['<ann@example.org>'], 'none');
	is(folders('ann'), 'Inbox', 'wanted mail arrives');
	my ($m) = got('ann');
	is($m->body, $body, 'its body unchanged');
	is($m->header('X-Wonted-Verdict'), 'wanted', 'with a verdict');
	like($m->header('Authentication-Results'), qr/^mx\.example\.org;/, 'and our results');
	is($m->header('X-Wonted-Recipient'), undef, 'for somebody who is known');

	mail('<a@example.com>', ['<ann@example.org>'], 'none', headers => ['X-Wonted-Verdict: forged', 'Authentication-Results: mx.example.org; dmarc=pass',
		'X-Wonted-Verdict: forged', 'Authentication-Results: other.example; dmarc=pass', 'X-Wonted-Other: forged', 'x-wonted-verdict: forged',
		'Authentication-Results: MX.example.org; dmarc=pass', 'X-Spam-Flag: YES', 'Authentication-Results: third.example; spf=pass', 'X-Wonted-Verdict: forged']);
	($m) = got('ann');
	is(folders('ann'), 'Inbox', 'a forged flag files nothing');
	unlike($m->bytes =~ s/\n\n.*//sr, qr/forged|dmarc=pass(?! *$)(?!\n)|MX\.example/, 'nothing is left that was written in our name');
	is(join(' ', map { /^([^;]+)/ } $m->header('Authentication-Results')), 'mx.example.org other.example third.example', 'what is of others stays, in its order');
	is_deeply([$m->header('X-Wonted-Verdict')], ['wanted'], 'one verdict');

	($code, $text, $id) = mail('<a@example.com>', ['<ann@example.org>', '<gil@example.net>'], 'suspicious');
	for my $who ('ann', 'gil@example.net') {
		($m) = got($who);
		is(folders($who), 'Inbox', "$who has mail with a banner");
		like($m->body, qr/\A-+\[ wonted \]-.*CAUTION.*Says that it is suspicious.*\Q$body\E\z/s, 'above the text');
	}
	mail('<a@example.com>', ['<ann@example.org>', '<carol@example.org>'], 'spam');
	is(folders($_), 'Junk', "spam is in Junk, for $_") for qw(ann carol);
	($m) = got('ann');
	like($m->bytes, qr/^X-Spam-Flag: YES$/m, 'flagged as simple readers look for it');
	is($m->body, $body, 'its body unchanged');
	for my $to ('<dora@example.org>', '<dora+list@example.org>', '<dora+junk@example.org>') {
		mail('<a@example.com>', [$to, '<frida@example.org>'], 'spam');
		is(folders('dora'), 'Junk', "$to: one copy, in Junk, by extension");
		is(folders('frida'), 'Inbox', 'who is only observed finds hers in the Inbox');
		is((got('frida'))[0]->header('X-Spam-Flag'), undef, 'without a flag');
	}
	($code, $text) = mail('<a@example.com>', ['<erik@example.org>'], 'spam');
	is($code, 550, 'rejected');
	like($text, qr/^5\.7\.1 Message refused by policy \([0-9a-f-]+\)/, 'in our words');
	is((mail('<a@example.com>', ['<erik@example.org>'], 'malicious'))[0], 451, 'deferred');
	is(folders('erik'), '', 'and not delivered');
}

sub try_hold {
	my ($code, $text, $id) = mail('<a@example.com>', ['<ann@example.org>', '<erik@example.org>', '<frida@example.org>'], 'malicious');
	is($code, 250, 'taken');
	is(held($id), 'ann@example.org erik@example.org', 'held for those whom it is held for');
	is(folders($_), '', "$_ has nothing") for qw(ann erik);
	is(folders('frida'), 'Inbox', 'who is only observed has it');
	is(release($id), 0, 'released');
	for my $who (qw(ann erik)) {
		is(folders($who), 'Inbox', "$who has it once");
		is((got($who))[0]->body, $body, 'as it was sent');
	}
	is(folders('frida'), 'Inbox', 'and nobody else a second time');
	($code, $text, $id) = mail('<a@example.com>', ['<ann@example.org>', '<bob@example.org>', '<gil@example.net>'], 'malicious');
	is($code, 250, 'held for all: taken');
	is(folders($_), '', "$_ has nothing") for 'ann', 'bob', 'gil@example.net';
	is(release($id), 0, 'released');
	is(folders($_), 'Inbox', "$_ has it once") for 'ann', 'bob', 'gil@example.net';
	isnt(($site->wonted->run('quarantine', 'release', $id))[0], 0, 'and cannot be released twice');
}

# A local mailer's macro names a user without a domain, so a spelling that can be read in one way only is
# needed for the rest. Who has none is of no tenant, and that is said.
sub try_recipients {
	for my $to ('<erik@example.org>', '<ERIK@EXAMPLE.ORG>', '<"erik"@example.org>', '<erik@example.org.>', '<erik+list@example.org>',
		'<@mx.example.org:erik@example.org>', '<sales@example.org>', '<"er\ik"@example.org>') {
		is((mail('<a@example.com>', [$to], 'spam'))[0], 550, "$to: erik's policy");
	}
	for my $to ('<Erik <erik@example.org>>', '<erik(x)@example.org>', '<example.org!erik>', '<erik%example.org@example.org>', '<erik @ example.org>', '<erik>') {
		is((mail('<a@example.com>', [$to], 'spam'))[0], 250, "$to: nobody's policy");
		is(folders('erik'), 'Junk', 'what the default says is done, once');
		my ($m) = got('erik');
		like($m->header('X-Wonted-Recipient') // '', qr/the MTA names no domain/, 'and it is told why') or diag $m->bytes;
	}
	for my $to ('<ann@example.org>', '<ANN@Example.ORG>', '<info@example.org>', '<ann+x@example.org>', '<gil@example.net>', '<example.net!gil>', '<gil @ example.net>', '<gil(x)@example.net>',
		'<example.org!ann>', '<ann @ example.org>', '<ann(x)@example.org>', '<"ann"@example.org.>', '<Ann <ann@example.org>>', '<@mx.example.org:ann@example.org>', '<ann%example.org@example.org>') {
		my $who = $to =~ /gil/ ? 'gil@example.net' : 'ann';
		my ($code, $text, $id) = mail('<a@example.com>', [$to, '<frida@example.org>'], 'malicious');
		is($code, 250, "$to: taken");
		is(folders('frida'), 'Inbox', 'who is only observed has it');
		is(folders($who), '', 'held, and not delivered');
		is(release($id), 0, 'released');
		is(folders($who), 'Inbox', 'there once');
		is(folders('frida'), 'Inbox', 'and nobody else has it again');
	}
	my ($code, $text, $id) = mail('<a@example.com>', ['<team@example.org>', '<frida@example.org>'], 'malicious');
	is(join(' ', map { folders($_) } qw(bob carol frida)), '  Inbox', 'an alias: held for all behind it');
	is(held($id), 'team@example.org', 'by its name');
	is(release($id), 0, 'released');
	is(join(' ', map { folders($_) } qw(bob carol frida)), 'Inbox Inbox Inbox', 'each has it once');
}

sub try_senders {
	for my $from ('<>', '<"a b"@example.com>', '<"a\"b"@example.com>', '<a@[192.0.2.1]>', '<a..b@example.com>', '<example.com!a>', '<a @ example.com>', '<a(x)@example.com.>', '<postmaster>') {
		my ($code, $text, $id) = mail($from, ['<ann@example.org>'], 'malicious');
		is($code, 250, "$from: taken");
		is(folders('ann'), '', 'held');
		is(release($id), 0, 'released');
		is(folders('ann'), 'Inbox', 'and there, once');
	}
	for my $from ('<a@example.com>', '<A <a@example.com>>', '<example.com!a>', '<a @ example.com>', '<a(x)@example.com.>') {
		my ($code, $text, $id) = mail($from, ['<ann@example.org>'], 'none');
		like($site->wonted->log, qr/\Q$id\E: verdict.* from=<a\@example\.com>/, "$from: it is known who that is");
	}
}

sub try_trouble {
	my ($code, $text, $id) = mail('<bob@example.org>', ['<ann@example.org>'], 'malicious', inside => 1);
	is(folders('ann'), 'Inbox', 'mail from inside is not filtered');
	like($site->wonted->log, qr/\Q$id\E: /, 'but seen');
	ok($site->wonted->stop(signal => 'KILL') || 1, 'the milter is killed');
	is((mail('<a@example.com>', ['<ann@example.org>'], 'malicious'))[0], 250, 'taken, as F= says');
	is(folders('ann'), 'Inbox', 'and delivered unfiltered, once');
	is((got('ann'))[0]->header('X-Wonted-Verdict'), undef, 'which is to be seen');
	$site->wonted->start;
	($code, $text, $id) = mail('<a@example.com>', ['<ann@example.org>'], 'malicious');
	is(folders('ann'), '', 'it is there again, and holds');
	is(held($id), 'ann@example.org', 'what was held is still held');
	is(release($id), 0, 'released');
	is(folders('ann'), 'Inbox', 'once');
}

for my $engine (qw(wonted libmilter)) {
	subtest "milter_engine = $engine" => sub {
		$site = start($engine);
		subtest 'actions' => \&try_actions;
		subtest 'holds' => \&try_hold;
		subtest 'recipients' => \&try_recipients;
		subtest 'senders' => \&try_senders;
		subtest 'trouble' => \&try_trouble;
		is_deeply({ $site->mta->queue }, {}, 'nothing is left in the queue');
		ok($site->wonted->stop, 'the milter ends when it is told');
		unlike($site->wonted->log, qr{Sanitizer|runtime error}, 'no sanitizer has anything to say');
	};
}
done_testing;
