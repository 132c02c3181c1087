#!/usr/bin/perl
# Nothing lost, nothing twice, nothing untold: mail flows through Postfix while the daemons are killed,
# stopped and ended, the disk is full, the store or the journal is taken away and files run out - once with
# default_action=accept, once with tempfail. Of what a client heard a 250 for, each recipient has it
# delivered or held; both only where the hold says so ("may have been delivered"), and never with tempfail;
# and the memory counts each message once.
#
# By hand, for long:  WONTED_KILL_FAULTS=200 prove -v t/50-mta/kill.t    (faults for each of the two, or of
# WONTED_KILL_ACTION alone; as root)
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use JSON::PP;
use POSIX ();
use Test::More;
use Time::HiRes qw(time sleep);
use Wonted::Trial;

plan skip_all => 'wonted-milter is not built' unless Wonted::Daemon::built();
my $faults = $ENV{WONTED_KILL_FAULTS} // 8;
my $seed = $ENV{WONTED_KILL_SEED} // 1;
my $only = $ENV{WONTED_KILL_ACTION} // '';
my $learner = Wonted::Daemon::build_dir() . '/wonted-learn';
my @kinds = (['', 'ann'], ['', 'ann', 'bob', 'carol'], ['malicious', 'bob'], ['malicious', 'ann', 'frida'], ['malicious', 'ann', 'bob', 'carol'],
	['suspicious', 'carol'], ['malicious', 'carol', 'bob']);
my $small;
END { system 'umount', '-l', $small if $small }

sub lines_of { return split /\n/, Wonted::Place::read_file($_[0]) }

sub last_lines {
	my @l = split /\n/, $_[0];
	return join '', map { "$_\n" } @l[($#l > 10 ? $#l - 10 : 0) .. $#l];
}

# what the logs say of a message that came out odd
sub trace {
	my ($site, $n) = @_;
	my @log = split /\n/, $site->postfix->log;
	my %id = map { $_ => 1 } map { /(\w+): message-id=<n$n\@/ ? $1 : () } @log;
	my $ids = join '|', sort keys %id or return "number $n: no queue id\n";
	return join '', map { "$_\n" } (grep { /\b(?:$ids)\b/ } @log), grep { /\b(?:$ids)\b/ } split /\n/, $site->wonted->log;
}

# What one sender does, in a process of its own: numbered messages until it is told to end; each is tried
# until the client hears that it is taken.
sub sender {
	my ($site, $k, $dir) = @_;
	srand $seed * 10 + $k;
	open my $log, '>', "$dir/sent.$k" or die;
	$log->autoflush(1);
	for (my $n = $k; !-e "$dir/end"; $n += 2) {
		my ($trial, @names) = @{ $kinds[rand @kinds] };
		my @to = address(@names);
		my $text = "From: S <s$n\@example.com>\nTo: all\@example.org\nSubject: number $n\nMessage-ID: <n$n\@example.com>\n"
		    . ($trial && "X-Trial: $trial\n") . "X-Number: $n\n\nHello.\n" . "line\n" x rand 200;
		my ($taken, $unsure) = (0, 0);
		for (my $try = 0; !$taken && $try < 80; $try++) {
			my $at = '';
			$taken = eval {
				my $s = Wonted::Smtp->new(port => $site->postfix->{mx}, timeout => 40, client => { addr => '192.0.2.10', name => 'mail.example.com' });
				for my $c ("MAIL FROM:<s$n\@example.com>", (map { "RCPT TO:<$_>" } @to)) { ($s->command($c))[0] == 250 or die "no\n" }
				($s->command('DATA'))[0] == 354 or die "no\n";
				$at = 'dot';
				my ($code) = $s->command(($text =~ s/\n/\r\n/gr) . '.');
				$at = $code;
				eval { $s->quit };
				$code == 250;
			};
			$unsure++ if $at eq 'dot';
			sleep 0.2 unless $taken;
		}
		print $log encode_json({ n => $n, to => \@to, trial => $trial, taken => $taken ? 1 : 0, unsure => $unsure }), "\n";
		sleep 0.05;
	}
	POSIX::_exit(0);
}

sub run_with {
	my ($action) = @_;
	my $begun = time;
	srand $seed;
	my $site = trial_site();
	my ($w, $dir) = ($site->wonted, $site->place->dir);
	$small = "$dir/small";
	mkdir $small;
	system('mount', '-t', 'tmpfs', '-o', 'size=' . (32 + $faults) . 'm,mode=0755', 'tmpfs', $small) == 0 or do { undef $small; plan skip_all => 'no tmpfs can be mounted' };
	mkdir "$small/$_" for qw(quarantine journal);
	$w->configure(set => { quarantine_dir => qq("$small/quarantine"), journal_dir => qq("$small/journal"), learn_every => '200ms', dns_timeout => '1s' });
	my $main = $site->place->path('postfix/etc/main.cf');
	my $text = Wonted::Place::read_file($main) =~ s/default_action=accept/default_action=$action/gr;
	$site->place->write('postfix/etc/main.cf', $text);
	utime time - 60, time - 60, $main;
	$site->start;
	my $l = $site->place->start('wonted/learn.log', $learner, '-f', '-c', $w->{conf});
	my @senders;
	for my $k (0, 1) {
		my $pid = fork // die;
		sender($site, $k, $dir) unless $pid;
		push @senders, $site->place->adopt($pid);
	}

	my $restart = sub { for (1 .. 40) { return if eval { $w->start; 1 }; $w->stop(signal => 'KILL') } die $@ };
	# the control socket that a kill leaves would tell that the next daemon has begun before it has
	my $end = sub { my ($sig) = @_; my $p = delete $w->{pid}; kill $sig => $p; Wonted::Place::wait_for(sub { Wonted::Place::gone($p) }, 30); unlink "$w->{dir}/control"; $restart->() };
	my $learn = sub { kill KILL => $l; Wonted::Place::wait_for(sub { Wonted::Place::gone($l) }); $l = $site->place->start('wonted/learn.log', $learner, '-f', '-c', $w->{conf}) };
	my $halt = sub { my ($p) = @_; kill STOP => $p; sleep 0.2 + rand 0.8; kill CONT => $p };
	my $limit = sub { my ($what, $n) = @_; system "prlimit --pid $w->{pid} --$what=$n:"; sleep 0.3 + rand 0.5; system "prlimit --pid $w->{pid} --$what=unlimited: 2>/dev/null || prlimit --pid $w->{pid} --$what=1024:" };
	my @all = (
		kill_milter => sub { $end->('KILL') }, kill_milter => sub { $end->('KILL') }, end_milter => sub { $end->('TERM') },
		kill_learner => $learn, both => sub { $learn->(); $end->('KILL') },
		stop_milter => sub { $halt->($w->{pid}) }, stop_learner => sub { $halt->($l) },
		full_disk => sub { open my $f, '>', "$small/filler"; my $b = 'x' x 65536; 1 while defined syswrite $f, $b; close $f; sleep 0.3 + rand 0.5; unlink "$small/filler" },
		store_away => sub { rename "$w->{dir}/store", "$w->{dir}/away"; sleep 0.3; unlink "$w->{dir}/store"; rename "$w->{dir}/away", "$w->{dir}/store" },
		few_files => sub { my $n = () = glob "/proc/$w->{pid}/fd/*"; $limit->('nofile', $n + 1) },
		short_files => sub { $limit->('fsize', 100) },
		reload => sub { kill HUP => $w->{pid}, $l },
	);
	my %did;
	for (1 .. $faults) {
		sleep 0.2 + rand 0.6;
		my $i = 2 * int rand @all / 2;
		$did{ $all[$i] }++;
		$all[$i + 1]->();
		if (Wonted::Place::gone($w->{pid})) { fail("$all[$i], fault $_, ended the daemon: status $?"); diag last_lines($w->log); delete $w->{pid}; $restart->() }
	}
	open my $f, '>', "$dir/end";
	close $f;
	waitpid $_, 0 for @senders;
	note join ', ', map { "$_ $did{$_}" } sort keys %did;
	ok(Wonted::Place::wait_for(sub { my %q = $site->postfix->queue; !%q }, 90), 'the queue is empty');

	my (%got, %held, %told, %marked, %fields, %sum);
	for my $u (address(qw(ann bob carol dora erik frida))) {
		for my $m ($site->dovecot->messages($u)) {
			my $n = $m->header('X-Number') // next;
			$got{$n}{$u}++;
			$fields{$n}{$u} .= join '; ', map { "$_: " . ($m->header("X-Wonted-$_") // '-') } qw(Verdict Action Reasons Degraded Id);
			# held, then a fault before the answer; the repetition could not be held, and says so
			$marked{$n}{$u} = 1 if ($m->header('X-Wonted-Action') // '') =~ /\(/ || defined $m->header('X-Wonted-Degraded');
		}
	}
	my ($status, $list) = $w->run('quarantine', 'list', '--limit', 1000000);
	is($status, 0, 'the quarantine can be listed');
	for my $id ($list =~ /^(\S+)  \d{4}-/mg) {
		my ($s1, $show) = $w->run('quarantine', 'show', $id);
		my ($s2, $raw) = $w->run('quarantine', 'show', '--raw', $id);
		my ($n) = $raw =~ /^X-Number: (\d+)/m;
		$sum{unreadable}++, next unless defined $n && !$s1 && !$s2;
		$held{$n}{$1}++ while $show =~ /^recipient\s+(\S+), \S+, held(?:,|$)/mg;
		$told{$n}{$1} = 1 while $show =~ /^doubt\s+(\S+), may have been delivered/mg;
	}
	my (@lost, @untold, @twice, @bare);
	for my $r (map { decode_json $_ } map { lines_of("$dir/sent.$_") } 0, 1) {
		my $n = $r->{n};
		next unless $r->{taken};
		for my $u (@{ $r->{to} }) {
			my ($g, $h) = ($got{$n}{$u} // 0, $held{$n}{$u} // 0);
			$sum{pairs}++;
			push @lost, "$n $u" unless $g + $h;
			push @twice, "$n $u: $g" if $g > 1 && !$r->{unsure};
			$sum{told}++ if $g && $h && $told{$n}{$u};
			push @bare, "$n $u ($fields{$n}{$u})" if $g && $h && $told{$n}{$u} && !$marked{$n}{$u};
			push @untold, "$n $u" if $g && $h && !$told{$n}{$u};
		}
	}
	cmp_ok($sum{pairs}, '>', $faults, "mail has flowed: $sum{pairs} pairs of message and recipient");
	is("@lost", '', 'each is delivered or held');
	is("@twice", '', 'nothing is delivered twice');
	is("@untold", '', 'what is delivered and held is told: ' . ($sum{told} // 0));
	is("@bare", '', 'and nothing is with tempfail but what says that it could not be held')
	    or diag join '', map { trace($site, /^(\d+)/) } @bare
	    if $action eq 'tempfail';
	is($sum{unreadable} // 0, 0, 'each hold can be read');

	my %recorded;
	for (map { lines_of($_) } glob "$small/journal/*.jsonl") {
		my $r = eval { decode_json $_ } or next;
		my ($n) = ($r->{features}{'from.address'} // '') =~ /^s(\d+)\@/ or next;
		$recorded{$n}{ $_->{address} } = 1 for grep { $_->{verdict} eq 'wanted' && ($_->{done} // '') eq 'pass' } @{ $r->{rcpts} };
	}
	my $learned = sub {
		my %in;
		for (split /\n/, ($w->run('store', 'scan', 'pair'))[1]) {
			my $r = eval { decode_json $_ } or next;
			my ($n) = $r->{parts}[1] =~ /^s(\d+)\@/ or next;
			my $m = $r->{value}{in}{messages};
			my $sum = ref $m ? 0 : $m;
			$sum += $_ for grep { !ref } ref $m ? values %$m : ();
			$in{$n}{ $r->{parts}[0] } = $sum;
		}
		my @wrong;
		for my $n (keys %recorded) { push @wrong, "$n $_: " . ($in{$n}{$_} // 0) for grep { ($in{$n}{$_} // 0) != 1 } keys %{ $recorded{$n} } }
		return @wrong;
	};
	ok(Wonted::Place::wait_for(sub { !$learned->() }, 30), 'the memory counts each once: ' . keys %recorded) or diag join ', ', ($learned->())[0 .. 5];
	$site->place->stop($l);
	my $starts = 1 + ($did{kill_learner} // 0) + ($did{both} // 0);
	my $told = grep { /position cannot be kept/ } lines_of($site->place->path('wonted/learn.log'));
	cmp_ok($told, '<=', $starts * (2 + (time - $begun) / 60), 'a full disk is told, but not by the line');
	$w->stop;
	unlike($w->log, qr/Sanitizer|CRITICAL/, 'clean');
	system 'umount', '-l', $small;
	undef $small;
}

subtest "default_action=$_" => sub { run_with($_) } for grep { /$only/ } qw(accept tempfail);
done_testing;
