#!/usr/bin/perl
# clamd beside the filter: what it finds, and all the ways in which it does not answer.
use strict; use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Wonted::Clamd;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $place = Wonted::Place->new;
my $clamd = Wonted::Clamd->new($place);
my %set = (clamd => '"' . $clamd->socket . '"', clamd_deadline => '60s', message_deadline => '120s', clamd_max_size => '200k', use_text_model => 'no', rules_dir => "\"$ENV{PWD}/rules\"");
my $d = Wonted::Daemon->new($place, set => \%set);

sub mail { my ($word, $more) = @_; return "From: Bob <bob\@partner.example>\nTo: ann\@example.org\nSubject: word\nMessage-ID: <1\@partner.example>\n\nHello $word, hello.\n" . ($more // '') }
# what is warned of on stderr stands before it
sub record { my ($said) = @_; my ($json) = $said =~ /^(\{.*)$/m; return eval { decode_json($json) } }
sub scan {
	my ($word, $more) = @_;
	my ($status, $json) = $d->run('scan', '--no-dns', '--json', '--rcpt', 'ann@example.org', $place->write('m.eml', mail($word, $more)));
	my $r = record($json) // do { fail($json); {} };
	return ($r->{features}, { map { $_->{rule} => $_->{points} } @{ $r->{rcpts}[0]{reasons} } }, $r->{rcpts}[0]{verdict}, $json);
}
sub told { open my $in, '<:raw', $place->path('told') or return ''; local $/; return <$in> }

my ($f, $rules, $verdict, $json) = scan('EICAR');
is($f->{'message.virus'}, 'Win.Test.EICAR_HDB-1', 'what is found is named');
ok($rules->{virus}, 'weighs');
is($verdict, 'malicious', 'and decides');
ok(!exists $f->{'message.virus_unchecked'}, 'it was looked at');
is(told() =~ s/\r//gr, mail('EICAR'), 'the whole message went there');
($f, $rules) = scan('PUA');
ok($rules->{virus_suspected} && !$rules->{virus}, 'what is only suspected weighs less');
($f) = scan('nothing');
ok(!exists $f->{'message.virus'} && !exists $f->{'message.virus_unchecked'}, 'nothing is found');
my $long = join '', map { "line $_ of a long message\n" } 1 .. 6000;
($f) = scan('nothing', $long);
ok(!exists $f->{'message.virus_unchecked'}, 'a message of many pieces is told');
is(told() =~ s/\r//gr, mail('nothing', $long), 'in order');
my %why = (BROKEN => "clamd: Can't allocate memory ERROR", HALF => 'clamd: half an answer', CLOSE => 'clamd: no answer',
	GARBAGE => 'clamd: UNKNOWN \x1B[2J COMMAND');
for my $word (sort keys %why) {
	($f, $rules, $verdict, $json) = scan($word);
	is($f->{'message.virus_unchecked'}, $why{$word}, "$word: unchecked, and why");
	ok(exists $f->{'message.virus'} && !defined $f->{'message.virus'}, "$word: what is in it is unknown");
	is($verdict, 'wanted', "$word: the mail goes on");
}
# the limit of clamd: it answers before it was told everything; the end of the connection may overtake the answer
($f) = scan('EARLY', $long);
like($f->{'message.virus_unchecked'} // '', qr/^clamd: (INSTREAM size limit exceeded\. ERROR|no answer)$/, 'EARLY: unchecked');
($f) = scan('EICAR', $long x 2);
is($f->{'message.virus_unchecked'}, 'clamd: larger than clamd_max_size', 'what is too large is not sent');

# the deadline is its own
my $hasty_place = Wonted::Place->new;
my $hasty = Wonted::Daemon->new($hasty_place, set => { %set, clamd_deadline => '100ms' });
my ($status, $said) = $hasty->run('scan', '--no-dns', '--json', '--rcpt', 'ann@example.org', $place->write('m.eml', mail('HANG')));
is(record($said)->{features}{'message.virus_unchecked'}, 'clamd: out of time', 'one that hangs is not waited for');

# a daemon tells it once, and counts it
$clamd->stop;
$d->start;
my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => '192.0.2.10' });
$m->send(from => 'bob@partner.example', to => ['ann@example.org'], message => mail('EICAR'), id => '4Xgone') for 1 .. 3;
$m->quit;
($status, $said) = $d->run('explain', '--facts', '4Xgone');
like($said, qr/message\.virus_unchecked +"clamd: cannot be reached"/, 'the record says that nobody has looked');
my $n = () = $d->log =~ /not looked at: clamd: cannot be reached/g;
is($n, 1, 'the log says it once');
($status, $said) = $d->run('status');
like($said, qr/clamd_unchecked +3/, 'and it is counted');

# over a port
my $far_place = Wonted::Place->new;
my $inet = Wonted::Clamd->new($far_place, inet => 1);
my $far = Wonted::Daemon->new($far_place, set => { %set, clamd => '"' . $inet->socket . '"' });
($status, $said) = $far->run('scan', '--no-dns', '--json', '--rcpt', 'ann@example.org', $place->write('m.eml', mail('EICAR')));
is(record($said)->{features}{'message.virus'}, 'Win.Test.EICAR_HDB-1', 'over a port of loopback');
done_testing;
