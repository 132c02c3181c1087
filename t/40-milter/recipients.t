#!/usr/bin/perl
# Who is meant: what the MTA says in its macros, completed from RCPT where it says too little, and nobody
# where that can be read in two ways. Whatever is decided, the recipient is taken off as it was spelled.
use strict; use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $place = Wonted::Place->new;
my $rules = <<'END';
rule says_prize
    reason  "It speaks of prizes"
    when    subject contains "prize"
    threat  +12
rule says_offer
    reason  "It speaks of offers"
    when    subject contains "offer"
    spam  +8
END
my $d = Wonted::Daemon->new($place, zone => "example.net. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n", rules => $rules,
	more => <<'END');
tenant "example" {
	domains = {"example.org"}
}
policy "strict" {
	recipients = {"ann@example.org", "m..doe@example.org"}
	on_spam = reject
}
policy "by-extension" {
	recipients = {"dora@example.org"}
	junk_by = extension
}
END
$d->start;
my $n = 0;

# one message to spelled recipients; %o as Wonted::Milter's new, and subject
sub one {
	my ($to, %o) = @_;
	my $subject = delete $o{subject} // 'offer';
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 30, %o);
	my $r = $m->send(from => 'bob@example.net', to => $to, id => '4Xwho' . ++$n,
		message => "From: Bob <bob\@example.net>\nTo: ann\@example.org\nSubject: $subject\n\nHello $n.\n");
	$m->quit;
	return $r;
}
sub says { my ($address) = @_; return (resolve => sub { $_[0] =~ /bob\@example\.net/ ? 'bob@example.net' : $address }) }
sub line { my ($line) = grep { /4Xwho$n:/ } split /\n/, $d->log; return $line // '' }
sub record { my ($status, $json) = $d->run('explain', '--json', "4Xwho$n"); return eval { JSON::PP::decode_json($json) } // {} }

subtest 'the macros are asked for' => sub {
	my $m = Wonted::Milter->new(socket => $d->socket);
	$m->open;
	like($m->{asked}{2}, qr/\{mail_addr\}/, 'with MAIL');
	like($m->{asked}{3}, qr/\{rcpt_addr\}/, 'with RCPT');
	like($m->{asked}{3}, qr/\{rcpt_mailer\}/, 'and who delivers');
	$m->quit;
};

subtest 'what the MTA resolved counts, not what the client wrote' => sub {
	for my $to ('ann@example.org', 'ANN@Example.ORG', 'example.org!ann', 'ann @ example.org', 'ann@example.org,',
		'"ann"@example.org', 'ann(x)@example.org', '@mx.example:ann@example.org', '<ann@example.org>',
		'ann@example.org.', 'Ann <ann@example.org>', 'ann+list@example.org', 'ann%example.org') {
		is(one([$to])->reply, 'replycode', "<$to> has ann's policy");
	}
	is(one([$_])->reply, 'replycode', "<$_> is one mailbox") for 'm..doe@example.org', '"m..doe"@example.org', '"m.\.doe"@example.org';
	isnt(one(['ann@example.org'], says('ben@example.org'))->reply, 'replycode', 'ben, whoever RCPT names');
};

subtest 'a user without a domain is completed from RCPT' => sub {
	is(one(['Ann@example.org'], says('ann'))->reply, 'replycode', 'a local mailer');
	is(one(['"ann"@example.org.'], says('ann'))->reply, 'replycode', 'in quotes, which say nothing');
	is(one(['ann@example.org'], says('u1007'))->reply, 'replycode', 'a virtual user');
	is(one(['ann@example.org'], says(undef))->reply, 'replycode', 'an MTA that says nothing');
};

subtest 'who cannot be known is of no tenant, and it is said' => sub {
	for my $to ('example.org!ann', 'ann @ example.org', 'ann@example.org,', 'ann(x)@example.org', 'ann%example.org@example.org') {
		for my $told (undef, 'ann') {
			my $r = one([$to], says($told));
			is($r->reply, 'continue', "<$to>: ann's policy does not hold");
			like($r->added('X-Wonted-Recipient'), qr/^unresolved \(the MTA /, 'the header says it');
			like(line(), qr/ unresolved=1 unresolved_why="the MTA /, 'the log says it');
		}
	}
	like(($d->run('status'))[1], qr/recipients_unresolved\W+10\b/, 'they are counted');
	like($d->log, qr/let the MTA send its macro \{rcpt_addr\}/, 'and the remedy is told');
	my ($rcpt) = @{ record()->{rcpts} // [] };
	like($rcpt->{unresolved} // '', qr/^the MTA /, 'the record says it');
	ok(!defined one(['ben@example.org'])->added('X-Wonted-Recipient'), 'of others nothing is said');
};

subtest 'whom the MTA refuses is no recipient' => sub {
	my $r = one(['nobody@example.org', 'ann@example.org'], resolve => sub { $_[0] =~ /nobody/ ? 'no such user' : Wonted::Milter::resolved($_[0]) },
		macros => { rcpt_mailer => 'local' });
	isnt($r->reply, 'replycode', 'two recipients, of whom one refuses');
	$r = one(['nobody@example.org'], says('no such user'), macros => { rcpt_mailer => 'error' });
	is($r->reply, 'continue', 'none');
	like(line(), qr/ rcpts=0 /, 'is counted');
};

subtest 'held as who it is, taken off as spelled' => sub {
	my $r = one(['example.org!ben', 'ann+x@example.org', '"m..doe"@example.org', '@mx.example:ben(2)@example.org'], subject => 'prize');
	is($r->reply, 'discard', 'all held');
	my ($status, $list) = $d->run('quarantine', 'show', (split /,/, record()->{hold_id})[0]);
	my @to = $list =~ /(\S+\@example\.org)/g;
	is(scalar(grep { $_ eq 'ben@example.org' } @to), 1, 'ben is held for once');
	like($list, qr/ann\+x\@example\.org/, 'an extension stays in the address');
	like($list, qr/"m\.\.doe"\@example\.org/, 'and quotes where they are needed');
};

subtest 'junk by extension' => sub {
	for my $to (['dora@example.org', 'dora+junk@example.org'], ['dora+x@example.org', 'dora+junk@example.org'],
		['example.org!dora', 'dora+junk@example.org'], ['dora+@example.org', 'dora+junk@example.org']) {
		my $r = one([$to->[0]]);
		is_deeply([map { $_->{address} =~ s/^<|>$//gr } $r->edits('add_rcpt')], [$to->[1]], "<$to->[0]>");
		is_deeply([$r->deleted_rcpts], [$to->[0]], 'is taken off as spelled');
	}
	my $r = one(['dora+junk@example.org']);
	is_deeply([$r->edits('add_rcpt'), $r->edits('delete_rcpt')], [], 'what goes to junk stays');
};

ok($d->stop, 'ends by itself');
done_testing;
