#!/usr/bin/perl
# Both engines are told the same; the MTA must hear the same from both, and the journal must have the
# same records. What differs by nature - ids, times - is made equal first.
use strict; use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $rules = <<'END';
rule says_prize
    reason  "It speaks of 100% prizes"
    when    subject contains "prize"
    threat  +12

rule says_urgent
    reason  "It is in a hurry"
    when    subject contains "urgent"
    threat  +6

rule says_offer
    reason  "It has an offer"
    when    subject contains "offer"
    spam    +8
END
my $sections = <<'END';
tenant "example" {
	domains = {"example.org"}
}
policy "strict" {
	recipients = {"strict@example.org"}
	on_malicious = reject
	on_spam = defer
	reject_text = "100% no {reasons}"
}
policy "extension" {
	recipients = {"ext@example.org"}
	junk_by = extension
}
END
my $zone = <<'END';
example.net. TXT "v=spf1 ip4:192.0.2.10 -all"
_dmarc.example.net. TXT "v=DMARC1; p=reject"
END

sub mail {
	my ($subject, %o) = @_;
	my $type = $o{html} ? "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n" : '';
	return ($o{top} // '') . "From: Bob <bob\@example.net>\nTo: ann\@example.org\nSubject: $subject\nMessage-ID: <" . ($o{id} // 'm') . "\@example.net>\n$type\n" . ($o{body} // "Hello.\n");
}

my $three_mb = ('x' x 70 . "\n") x 45000;

# one connection each: what the MTA is, and its messages
my @connections = (
	['plain mail', {}, [['ann'], mail('hello')], [['ann', 'carl'], mail("a long\n subject  \n\twith folds")], [['ann'], mail('again')]],
	['each verdict', {}, (map { [['ann'], mail($_)] } qw(prize urgent offer))],
	['some recipients only', {}, [['ann', 'strict', 'ext'], mail('offer')], [['ann', 'ext'], mail('offer')], [['ann', 'ext'], mail('prize')]],
	['a banner', {}, [['ann'], mail('urgent', html => 1, body => "<html><body><p>Hello</p></body></html>\n")],
		[['ann'], mail('urgent', body => "line\n" x 40000)]],
	['replies', {}, [['strict'], mail('prize')], [['strict'], mail('offer')]],
	['words of ours from outside', {}, [['ann'], mail('hello', top => "X-Wonted-Verdict: wanted\nX-Spam-Flag: NO\nAuthentication-Results: mx.example.org; spf=pass\nX-Wonted-Verdict:spam\n")]],
	['bytes of all kinds', {}, [['ann'], "From: \xff\xfe <a\@example.net>\nSubject:\xc3\xa4\xff\nX-Empty:\nX-Blank:  \n\n\0\0\xff\r\r\n"], [['ann'], "\nbody\n"],
		[['ann'], "\n"], [['"a b"', "\xc3\xbc", 'Ann'], mail('hello')]],
	['big things', {}, [['ann'], mail('x' x 60000)], [['ann'], join('', map { "X-H$_: v\n" } 1 .. 1500) . "\nbody\n"], [['ann'], mail('prize', body => $three_mb)]],
	['an MTA that grants nothing', { protocol => 0 }, [['ann'], mail('urgent')], [['ann', 'ext'], mail('offer')]],
	['an MTA without blanks', { protocol => 0x1fffff & ~0x100000 }, [['ann'], mail('urgent')]],
	['no new bodies', { actions => 0x1ff & ~0x2 }, [['ann'], mail('urgent')]],
	['no recipients taken off', { actions => 0x1ff & ~0x8 }, [['ann', 'ext'], mail('prize')]],
	['no list of macros', { actions => 0xff }, [['ann'], mail('hello')]],
	['our own user', { macros => { auth_authen => 'ann' } }, [['carl'], mail('hello')]],
	['our own network', { client => { addr => '127.0.0.1', name => 'localhost' } }, [['ann'], mail('prize')]],
	['IPv6', { client => { addr => '2001:db8::10' } }, [['ann'], mail('hello')]],
	['IPv4 in IPv6', { client => { addr => '::ffff:192.0.2.10' } }, [['ann'], mail('hello')]],
	['nobody knows the client', { client => { addr => undef, name => 'unknown' } }, [['ann'], mail('hello')]],
	['small pieces', { chunk => 100 }, [['ann'], mail('urgent', body => "line\n" x 400)]],
	['no macros for addresses', { resolve => sub { return undef } }, [['ann', 'strict'], mail('hello')]],
);

sub told {
	my ($d) = @_;
	my (@heard, $n);
	for (@connections) {
		my ($name, $mta, @mails) = @$_;
		my $m = Wonted::Milter->new(socket => $d->socket, timeout => 60, %$mta);
		for my $mail (@mails) {
			my ($to, $bytes) = @$mail;
			my $r = $m->send(from => 'bob@example.net', to => [map { "$_\@example.org" } @$to], message => $bytes, id => '4Xeng' . ++$n);
			push @heard, [$name, $r->reply, $r->text, map { my $e = $_; join ' ', map { "$_=$e->{$_}" } sort keys %$e } $r->edits];
		}
		push @heard, [$name, 'negotiated', @$m{qw(granted steps)}, map { "$_ $m->{asked}{$_}" } sort keys %{ $m->{asked} }];
		$m->quit;
	}
	# a message that is not finished, one after it, and another session on the connection. libmilter's
	# callbacks forget then that blanks after colons were agreed on, so they are not
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 60, protocol => 0x1fffff & ~0x100000)->open;
	for my $part (1, 2) {
		$m->hello;
		$m->mail('<eve@example.net>');
		$m->rcpt('<ann@example.org>');
		$m->header('Subject', ' prize');
		$m->abort if $part == 1;
		my $r = $m->send(from => 'bob@example.net', to => ['ann@example.org'], message => mail('hello'), id => "4Xlast$part");
		push @heard, ['after an abort', $r->reply, map { "$_->{name}: $_->{value}" } $r->edits];
		$m->put('K', '');
	}
	$m->quit;
	return @heard;
}

sub equal { return $_[0] =~ s/\b[0-9a-f]{12,}-[0-9a-f]+-[0-9a-f]+\b/ID/gr }
sub lines { return join "\n", map { equal(join ' | ', @$_) } @_ }

# without what belongs to the minute and the configuration file
sub record {
	my $r = decode_json($_[0]);
	delete @$r{qw(time us store_us slow config)};
	return equal(JSON::PP->new->canonical->encode($r));
}
sub records { my ($d) = @_; return [map { record($_) } map { split /\n/, Wonted::Place::read_file($_) } sort glob "$d->{dir}/journal/*.jsonl"] }

my (%heard, %records);
for my $engine (qw(libmilter wonted)) {
	my $d = Wonted::Daemon->new(Wonted::Place->new, zone => $zone, rules => $rules, more => $sections,
		set => { milter_engine => $engine, on_undecided => undef, dns_timeout => '10s', message_deadline => '60s' })->start;
	my ($status, $text) = $d->run('status');
	like($text, qr/^milter_engine\s+$engine$/m, "$engine is in use");
	$heard{$engine} = [told($d)];
	($status, $text) = $d->run('status');
	like($text, qr/^connections\s+@{[$engine eq 'wonted' ? '[1-9]\d*' : 0]}$/m, 'and counts its connections');
	ok($d->stop, 'stopped');
	$records{$engine} = records($d);
	unlike($d->log, qr/Sanitizer/, 'clean');
}
my $n = @{ $heard{libmilter} };
cmp_ok($n, '>', 40, "$n answers");
for my $i (0 .. $n - 1) {
	my ($a, $b) = map { lines($heard{$_}[$i]) } qw(libmilter wonted);
	is($b, $a, $heard{libmilter}[$i][0] . ': ' . $heard{libmilter}[$i][1]);
}
cmp_ok(scalar @{ $records{libmilter} }, '>', 35, 'records');
is(scalar @{ $records{wonted} }, scalar @{ $records{libmilter} }, 'as many of both');
is($records{wonted}[$_], $records{libmilter}[$_], "record $_") for 0 .. $#{ $records{libmilter} };
done_testing;
