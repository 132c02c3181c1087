#!/usr/bin/perl
# Conversations no good MTA would lead: commands out of order, connections that end anywhere, rights that
# are not granted, more of everything than fits. The daemon answers the next one all the same, and no
# message is lost or doubled.
use strict; use warnings;
use lib 't/lib';
use IO::Socket::UNIX;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $place = Wonted::Place->new;
my $zone = "example.net. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n";
my $rules = <<'END';
rule says_prize
    reason  "It speaks of 100% prizes"
    when    subject contains "prize"
    threat  +12
END
my $d = Wonted::Daemon->new($place, zone => $zone, rules => $rules,
	more => <<'END');
tenant "example" {
	domains = {"example.org"}
}
policy "free" {
	recipients = {"free@example.org"}
	on_malicious = pass
}
policy "strict" {
	recipients = {"strict@example.org"}
	on_malicious = reject
	reject_text = "100% no {id} {reasons}"
}
END
$d->start;

my $n = 0;
sub mail { my ($subject) = @_; return "From: Bob <bob\@example.net>\nTo: ann\@example.org\nSubject: $subject\n\nHello.\n" }
sub milter { return Wonted::Milter->new(socket => $d->socket, timeout => 30, @_) }

sub one {
	my (%o) = @_;
	my $m = milter(%{ $o{milter} // {} });
	my $r = $m->send(from => 'bob@example.net', to => $o{to} // ['ann@example.org'],
		message => $o{message} // mail('hello'), id => $o{id} // '4Xodd' . ++$n);
	$m->quit;
	return $r;
}

sub lives { my ($why) = @_; ok(kill(0, $d->{pid}) && eval { one()->reply eq 'continue' }, $why) or diag $@ }
sub held { my ($status, $list) = $d->run('quarantine', 'list'); return $list }

subtest 'out of order' => sub {
	my %step = (
		C => "client\x004" . pack('n', 25) . "192.0.2.10\0", H => "helo\0", M => "<bob\@example.net>\0",
		R => "<ann\@example.org>\0", T => '', L => "Subject\0 hello\0", N => '', B => "Hello\r\n", E => '',
		U => "NOOP\0", A => '', K => '', Q => '',
	);
	my @orders = qw(H M R T L N B E A U K Q UH UM UR UT UB UHMRTLNBE UMRLNBE CUR CURLNBE CMM CMMRLNBE CMRR CMRB
		CMRBE CMRE CMRTE CMRLE CMRLNE CMRLMRE CHMAHMRLNBE CMRLA CMRLNA CMRLNBA CMRLNBEA CMRLNBEE CMRLNBEMRE
		CCMRLNBE CMRLNBEHMRLNBE CMLNBE CHMRLNBEKCHMRLNBE KCMRLNBE CMRLNBEKUMRLNBE AAAA CAAMRLNBE CMRTUB CMUR);
	for my $order (@orders) {
		my $m = milter(timeout => 2);
		eval {
			$m->open;
			for my $s (split //, $order) {
				$s eq 'E' ? $m->eom : $s =~ /[AKQ]/ ? $m->put($s, '') : $m->step($s, $step{$s});
			}
		};
		$m->quit;
	}
	lives(@orders . ' orders');
	my $m = milter()->open;
	$m->hello;
	$m->mail('<bob@example.net>');
	$m->rcpt('<ann@example.org>');
	$m->step(B => $step{B});
	is($m->eom->reply, 'continue', 'a body without a header');
	$m->mail('<bob@example.net>');
	$m->rcpt('<ann@example.org>');
	is($m->eom->reply, 'continue', 'neither header nor body');
	$m->quit;
};

# Some readers end a line at bytes that no MTA ends one at. The MTA counts the fields of a name.
subtest 'fields of ours behind odd line ends' => sub {
	my %ends = ('CR' => "\r", 'LF' => "\n", 'VT' => "\x0b", 'FF' => "\f", 'NEL' => "\xc2\x85", 'U+2028' => "\xe2\x80\xa8");
	for my $end (sort keys %ends) {
		my $m = milter();
		$m->open;
		$m->hello;
		$m->mail('<bob@example.net>');
		$m->rcpt('<ann@example.org>');
		$m->header('From', ' Bob <bob@example.net>');
		$m->header('X-Note', " a$ends{$end}Authentication-Results: other.example; none");
		$m->header('x-note', " a$ends{$end}Authentication-Results: mx.example.org; dmarc=pass");
		$m->header('X-Note', " a$ends{$end}X-Wonted: wanted");
		$m->header('ARC-Authentication-Results', ' i=1; mx.example.org; dmarc=pass');
		$m->header('X-Note', " a$ends{$end} Authentication-Results: mx.example.org; none");
		$m->eoh;
		$m->body("Hello.\r\n");
		my @gone = map { "\L$_->{name}\E $_->{index}" } grep { $_->{do} eq 'change_header' && $_->{value} eq '' } $m->eom->edits;
		$m->quit;
		is("@gone", 'arc-authentication-results 1 x-note 3 x-note 2', "$end: those go, from the last");
	}
};

subtest 'nonsense' => sub {
	for my $bytes (pack('N', 0), pack('N', 0xffffffff) . 'x', 'x' x 1000, pack('N', 5) . 'M', pack('N', 1) . 'M',
		pack('NA', 1, 'O'), pack('NANNN', 13, 'O', 1, 0, 0), pack('NANNN', 13, 'O', 99, ~0, ~0)) {
		my $s = IO::Socket::UNIX->new(Peer => "$d->{dir}/sock");
		local $SIG{PIPE} = 'IGNORE';
		syswrite $s, $bytes;
		close $s;
	}
	for my $data (map { [$_, ''], [$_, "\0"], [$_, "\0\0\0"], [$_, "no end"] } qw(C H M R L)) {
		my $m = milter(timeout => 2);
		eval { $m->open; $m->hello; $m->mail('<a@b>') if $data->[0] =~ /[RL]/; $m->rcpt('<a@b>') if $data->[0] eq 'L'; $m->step(@$data) };
		$m->quit;
	}
	lives('is survived');
};

# a name without its value, at any step, alone or behind others; then values are asked for
subtest 'odd macros' => sub {
	for my $texts ('odd', "i\0X1\0odd", "i\0", '', "\0", "i\0" x 3, "a\0b\0" x 40 . 'odd', '{odd}', "i") {
		for my $at (split //, 'CHMRTLNBE') {
			my $m = milter(timeout => 2);
			eval {
				$m->open;
				$m->hello;
				$m->put('D', "$at$texts\0") for 1 .. 2;
				$m->put('M', "<bob\@example.net>\0");
				$m->put('R', "<ann\@example.org>\0");
				$m->put('L', "From\0 bob\@example.net\0");
				$m->put('N', '');
				$m->put('E', '');
				$m->get;
			};
			eval { $m->quit };
			last if Wonted::Place::gone($d->{pid});
		}
	}
	lives('is left out');
	my $r = one(milter => { macros => { auth_authen => 'ann' } });
	is($r->reply, 'continue', 'and good ones are read');
};

subtest 'cut off anywhere' => sub {
	my @steps = (sub { $_[0]->open }, sub { $_[0]->hello }, sub { $_[0]->mail('<bob@example.net>') }, sub { $_[0]->rcpt('<ann@example.org>') },
		sub { $_[0]->header('Subject', ' prize') }, sub { $_[0]->eoh }, sub { $_[0]->body('x' x 100000) }, sub { $_[0]->put('E', '') });
	for my $far (0 .. $#steps) {
		my $m = milter();
		$_->($m) for @steps[0 .. $far];
		close delete $m->{fh};
		$m = milter();
		$_->($m) for @steps[0 .. $far];
		next if $far == $#steps;
		$m->abort if $far > 1;
		$far > 1 ? is($m->send(from => 'a@example.net', to => ['ann@example.org'], message => mail('hello'))->reply, 'continue', "aborted after $far, then a message") : pass("step $far");
		$m->quit;
	}
	lives('all points');
	my ($status, $text) = $d->run('status');
	ok(Wonted::Place::wait_for(sub { ($d->run('status'))[1] =~ /^sessions_now\s+0$/m }), 'no session is left over');
};

subtest 'rights that are not granted' => sub {
	is(one(milter => { actions => 0x1ff & ~0x20 })->reply, 'continue', 'no body replacement');
	is(one(milter => { actions => 0 })->reply, 'continue', 'nothing at all') if 0;
	eval { one(milter => { actions => 0 }) };
	like($d->log, qr/the MTA does not let its filters add and change headers/, 'no header edits: said');
	my $before = () = held() =~ /held +malicious/g;
	my $r = one(milter => { actions => 0x1ff & ~0x08 }, to => ['ann@example.org', 'free@example.org'], message => mail('prize'), id => '4Xnodel');
	is($r->reply, 'continue', 'no recipient can be taken off: the message goes to all');
	like(join(' ', $r->added('X-Wonted-Action')), qr/junk \(hold failed\)/, 'marked');
	my $after = () = held() =~ /held +malicious/g;
	is($after, $before, 'and is not held as well');
	like($d->log, qr/4Xnodel: cannot quarantine for some recipients only/, 'the log says why');
	is(one(milter => { actions => 0x1ff & ~0x08 }, message => mail('prize'))->reply, 'discard', 'all held: needs no such right');
};

subtest 'replies' => sub {
	my $r = one(to => ['strict@example.org'], message => mail('prize'), id => '4Xreply');
	is($r->reply, 'replycode', 'rejected');
	like($r->text, qr/^550 5\.7\.1 100%% no [0-9a-f-]+ It speaks of 100%% prizes$/, 'per cent signs doubled for the MTA');
};

subtest 'recipients' => sub {
	my @odd = ('"a b"@example.org', '"a\\"b>c"@example.org', "\xc3\xbc\@example.org", "\xff\xe0\@example.org", "x\@example.org\xf0",
		'@relay.example,@two.example:ann@example.org', 'postmaster', 'no-domain', 'ANN@EXAMPLE.ORG', 'ann@example.org', 'ann@example.org',
		'a' x 3000 . '@example.org', '', 'ann@[192.0.2.1]', 'a>b<c', '><', '<<', '>>', '"', '"\\', '@:', '@[:', '@a:');
	my $r = one(to => \@odd, message => mail('prize'), id => '4Xrcpts');
	is($r->reply, 'discard', 'odd ones are held');
	# an MTA that dropped the route would not know the recipient by it, and deliver what is held
	for my $route ('@relay.example:', '@one.example,@two.example:', '@[IPv6:2001:db8::1]:') {
		$r = one(to => ["${route}ann\@example.org", 'free@example.org'], message => mail('prize'));
		is(join(' ', $r->deleted_rcpts), 'ann@example.org', "$route is no part of the address");
	}
	# the MTA finds the recipient by its own parse of the text, so the text goes back as it came
	for (['Ann <ann@example.org>', 'Ann <ann@example.org'], ['@one.example:<ann@example.org>', 'ann@example.org'], ['<ann@example.org>', 'ann@example.org']) {
		my ($to, $text) = @$_;
		$r = one(to => [$to, 'free@example.org'], message => mail('prize'));
		is(join(' ', $r->deleted_rcpts), $text, "$to is ann");
	}
	my $many = [map { "u$_\@example.org" } 1 .. 5000];
	$r = one(to => [@$many, 'free@example.org'], message => mail('prize'), id => '4Xmany');
	is($r->reply, 'continue', '5,000 held and one not');
	is(scalar $r->deleted_rcpts, 5000, 'each is taken off');
	my ($line) = $d->log =~ /(4Xmany: .*)/;
	like($line, qr/action=pass:1,quarantine:5000 rcpts=5001/, 'one line') or diag $line;
	unlike($line, qr/degraded/, 'in time');
	my ($status, $text) = $d->run('quarantine', 'list', '--rcpt', 'u4999@example.org');
	is(() = $text =~ /held +malicious +to /g, 5000, 'one hold with all of them');
	# those beyond the bound are not known: a discard would lose their copies
	$r = one(to => [map { "v$_\@example.org" } 1 .. 10003], message => mail('prize'), id => '4Xtoomany', milter => { timeout => 60 });
	is($r->reply, 'continue', 'more than are kept: never discarded');
	like(join(' ', $r->added('X-Wonted-Action')), qr/junk \(too many recipients to hold\)/, 'but marked');
	is(scalar $r->deleted_rcpts, 0, 'for all');
};

subtest 'our own people' => sub {
	my $m = milter(macros => { auth_authen => 'bob' });
	my $r = $m->send(from => 'bob@example.org', to => ['ann@example.org'], message => "X-Wonted-Verdict: wanted\n" . mail('hello'), id => '4Xown');
	is(scalar(grep { $_->{do} eq 'change_header' } $r->edits), 1, 'cannot write our words');
	$r = $m->send(from => 'bob@example.org', to => ['ann@example.org'], message => mail('hello'), id => '4Xown2');
	$m->quit;
	like($d->log, qr/^wonted-milter: 4Xown: verdict=internal/m, 'the first with its own id');
	like($d->log, qr/^wonted-milter: 4Xown2: verdict=internal/m, 'the second, too');
};

subtest 'many sessions' => sub {
	my $status = sub { Wonted::Place::read_file("/proc/$d->{pid}/status") =~ /^$_[0]:\s+(\d+)/m; $1 };
	my $files = sub { my @f = glob "/proc/$d->{pid}/fd/*"; scalar @f };
	one() for 1 .. 50;
	my ($kb, $open) = ($status->('RssAnon'), $files->());
	one() for 1 .. 300;
	ok(Wonted::Place::wait_for(sub { $files->() <= $open + 2 }), 'no file stays open') or diag $files->(), " after $open";
	cmp_ok($status->('RssAnon') - $kb, '<', 8000, 'memory stays') if !$ENV{MODE} || $ENV{MODE} !~ /san/;
	my @idle = map { my $m = milter(); $m->send(from => 'bob@example.net', to => ['ann@example.org'], message => mail('hello') . 'x' x 2_000_000); $m } 1 .. 30;
	cmp_ok($status->('RssAnon') - $kb, '<', 30000, 'silent sessions do not keep their last message') if !$ENV{MODE} || $ENV{MODE} !~ /san/;
	$_->quit for @idle;
};

subtest 'a storm of signals' => sub {
	for (1 .. 60) { kill 'HUP', $d->{pid}; select undef, undef, undef, 0.003 * rand }
	lives('HUP never stops it');
	kill $_, $d->{pid} for qw(HUP USR1 HUP USR1);
	lives('nor does USR1');
	ok($d->stop, 'TERM does');
	unlike($d->log, qr/Sanitizer/, 'clean');
};
done_testing;
