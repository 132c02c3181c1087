#!/usr/bin/perl
# One message to 2, 50 and 1,000 recipients of different policies and wishes, in one transaction through
# a real Postfix and Dovecot: each has the outcome of its own, and no copy tells of another's.
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use Test::More;
use Wonted::Trial;

plan skip_all => 'wonted-learn is not built' unless -x Wonted::Daemon::build_dir() . '/wonted-learn';

# whose turn is what: by its number
my @kinds = qw(header extension held passes);
sub kind { my ($i) = @_; return $i % 50 == 48 ? 'wants' : $i % 50 == 45 ? 'refuses' : $kinds[$i % 4] }
sub user { return sprintf 'u%03d@example.org', $_[0] }
my @all = map { user($_) } 0 .. 999;
my %folder = (header => 'Junk', extension => 'Junk', held => '', passes => 'Inbox', wants => 'Inbox', refuses => 'Junk');
sub list { my ($kind) = @_; return join ', ', map { '"' . user($_) . '"' } grep { kind($_) eq $kind } 0 .. 999 }

my $site = trial_site(feedback => 1, users => \@all, wonted => { set => { learn_every => '1h', store_deadline => '5s', message_deadline => '60s' }, more => <<"END" })->start;
tenant "example" {
	domains = "example.org"
}
policy "by-extension" {
	recipients = {${\list('extension')}}
	junk_by = extension
}
policy "holds" {
	recipients = {${\list('held')}}
	on_spam = quarantine
}
policy "passes" {
	recipients = {${\list('passes')}}
	on_spam = pass
}
END
my $wonted = $site->wonted;
for my $i (0 .. 999) {
	my $kind = kind($i);
	next unless $kind =~ /wants|refuses/;
	my ($status, $out) = $wonted->run('preferences', 'set', '-q', user($i), $kind eq 'wants' ? 'wanted' : 'junk', 'somebody@example.com');
	is($status, 0, user($i) . " $kind") or diag $out;
}

my $n = 0;
sub outcome {
	my ($trial, @users) = @_;
	my $r = $site->mail(from => 'somebody@example.com', to => [map { user($_) } @users],
		message => message(headers => ["X-Trial: $trial", 'X-N: ' . ++$n]));
	my (%bad, %copies, @told);
	for my $i (@users) {
		my @got = grep { ($_->header('X-N') // '') eq $n } $site->dovecot->messages(user($i));
		my $kind = kind($i);
		my $want = $trial eq 'spam' ? $folder{$kind} : $kind eq 'refuses' ? 'Junk' : 'Inbox';
		my $folders = join '+', map { $_->folder } @got;
		$bad{user($i) . " ($kind)"} = "$folders, not $want" unless $folders eq $want;
		next unless @got;
		my $bytes = $got[0]->bytes;
		my @others = grep { $_ ne user($i) } $bytes =~ /\bu\d{3}\@example\.org/g;
		push @told, user($i) . ": names @others" if @others;
		# what others asked for, or said; of spam the header tells the verdict that it has by the rules
		my $leak = qr/^(X-Spam-[^\n]*|[^\n]*stated by[^\n]*|[^\n]*\+junk[^\n]*)/m;
		$leak = qr/$leak|^(X-Wonted-Verdict: (?!wanted)[^\n]*)/m if $trial eq 'none';
		push @told, user($i) . ": $&" if $want eq 'Inbox' && $bytes =~ $leak;
	}
	is_deeply(\%bad, {}, "$trial to " . @users . ': each where it belongs');
	is_deeply(\@told, [], 'and none tells of others');
	return $r;
}
# held - recipients of the newest hold
sub held {
	my ($list) = ($wonted->run('quarantine', 'list', '--limit', 1, '--json'))[1];
	my ($rcpts) = $list =~ /"recipients":\[(.*?)\],"reasons"/;
	return sort(($rcpts // '') =~ /"address":"([^"]+)"/g);
}

for my $count (2, 50, 1000) {
	# of two: one that is held, and one that wants it
	my @users = $count == 2 ? (46, 48) : 0 .. $count - 1;
	outcome('spam', @users);
	is_deeply([held()], [map { user($_) } grep { kind($_) eq 'held' } @users], 'held once, for those alone whose policy holds it');
	outcome('none', @users);
}
# a header files mail for all: policies that differ in that want junk_by = extension
for my $pair ([0, 48], [1, 3], [45, 48], [0, 45]) {
	outcome('spam', @$pair);
	outcome('none', @$pair);
}
done_testing;
