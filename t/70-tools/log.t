#!/usr/bin/perl
# Messages are found in the journal by what a postmaster knows of them, and nothing of a sender's reaches
# the terminal as it is.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

plan skip_all => 'the programs are not built' unless Wonted::Daemon::built();
my $place = Wonted::Place->new;
my $rules = "rule says_prize\n    reason \"It speaks of a prize\"\n    when subject contains \"prize\"\n    threat +12\n"
	. "rule says_hello\n    reason \"It says hello\"\n    when subject contains \"hello\"\n    spam +1\n";
my $d = Wonted::Daemon->new($place, zone => '', rules => $rules)->start;

sub mail {
	my (%o) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => $o{client} // '192.0.2.7' });
	my $r = $m->send(from => $o{from} // 'bob@example.net', to => $o{to} // ['ann@one.example'], id => $o{queue},
		message => "From: $o{name} <" . ($o{from} // 'bob@example.net') . ">\nTo: ann\@one.example\nSubject: $o{subject}\nMessage-ID: <$o{queue}\@mail.example>\nDate: Mon, 6 Jan 2025 10:00:00 +0000\n\nText\n");
	$m->quit;
	return $r;
}
sub found { my ($status, $said) = $d->run('log', @_); return join ' ', $said =~ /^(4X\w+)/mg }

my ($status, $said) = $d->run('log');
is("$status $said", "0 no message matches\n", 'an empty journal');
mail(queue => '4Xone', name => 'Bob Ray', subject => 'hello there');
mail(queue => '4Xtwo', name => 'Eve', from => 'eve@evil.example', subject => 'a prize', client => '198.51.100.9');
mail(queue => '4Xthree', name => 'Bob Ray', subject => "red \e[31m\xe2\x80\xae text", to => ['ann@one.example', 'dan@one.example']);
Wonted::Place::wait_for(sub { found() =~ /4Xthree/ });

is(found(), '4Xone 4Xtwo 4Xthree', 'all, the oldest first');
is(found('--from', 'EVIL.example'), '4Xtwo', 'by a part of the sender, without case');
is(found('--from', 'bob ray'), '4Xone 4Xthree', 'by the name in From');
is(found('--to', 'dan@'), '4Xthree', 'by one of several recipients');
is(found('--subject', 'prize'), '4Xtwo', 'by the subject');
is(found('--message-id', '4Xone@'), '4Xone', 'by the Message-ID');
is(found('--client', '198.51.100.9'), '4Xtwo', 'by the client');
is(found('--rule', 'says_hello'), '4Xone', 'by a rule');
is(found('--verdict', 'malicious'), '4Xtwo', 'by the verdict');
is(found('--verdict', 'malicious', '--from', 'bob'), '', 'all options must fit');
is(found('--rule', 'says_prize', '--to', 'dan'), '', '... for one and the same recipient');
is(found('--since', '1h'), '4Xone 4Xtwo 4Xthree', 'since');
is(found('--until', '1h'), '', 'until');
is(found('--until', '2020-01-01'), '', 'until a date');

($status, $said) = $d->run('log', '--limit', 1);
like($said, qr/^4Xthree /m, 'the newest');
unlike($said, qr/^4Xtwo /m, '... only');
like($said, qr/2 more match/, '... and how many more there are');
unlike($said, qr/[\e]|\xe2\x80\xae/, 'no controls of the sender');
($status, $said) = $d->run('log', '--from', 'evil');
like($said, qr/^4Xtwo  20\d\d-\d\d-\d\d \d\d:\d\d  from eve\@evil\.example  "a prize"\n    malicious  to ann\@one\.example, \w+  by says_prize$/m, 'a row');
($status, $said) = $d->run('log', '--all', '--json', '--from', 'bob');
is(scalar(() = $said =~ /^\{.*"id":.*\}$/mg), 2, 'records as lines of JSON');

for (['--since', 'yesterday', qr/--since yesterday: write a date/], ['--verdict', 'malicous', qr/did you mean "malicious"/], ['--limit', '-3', qr/--limit/]) {
	my ($option, $value, $why) = @$_;
	($status, $said) = $d->run('log', "$option=$value");
	is($status, 1, "$option $value: wrong");
	like($said, $why, '... and why');
}
($status, $said) = $d->run('log', 'ann@one.example');
is($status, 2, 'an argument is too much');

# what a crash cut, and foreign lines
my ($file) = glob "$d->{dir}/journal/*.jsonl";
open my $out, '>>', $file or die "$file: $!";
print $out "{\"v\":1,\"id\":\"cut\n\0\xff\n[]\n{\"v\":99}\n";
close $out;
($status, $said) = $d->run('log', '--from', 'evil');
is($status, 0, 'lines that are no records stop nothing');
like($said, qr/^4Xtwo/m, 'what is there is shown');
like($said, qr/4 lines of the journal are no records/, 'and the others are counted');
done_testing();
