#!/usr/bin/perl
# The units of systemd: systemd understands them, and what they keep from the programs is what the
# programs do without.
use strict; use warnings;
use lib 't/lib';
use Cwd ();
use POSIX ();
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my @units = glob 'contrib/systemd/*.service';
my $place = Wonted::Place->new;
my $build = Cwd::abs_path(Wonted::Daemon::build_dir());

sub said { my (@command) = @_; open my $fh, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', @command or die; local $/; my $t = <$fh> // ''; close $fh; return ($? >> 8, $t) }

SKIP: {
	skip 'there is no systemd-analyze', 2 * @units if (said('systemd-analyze', '--version'))[0] != 0;
	for my $unit (@units) {
		my ($name) = $unit =~ m{([^/]+)\z};
		my $text = Wonted::Place::read_file($unit) =~ s{/usr/local/sbin/}{$build/}gr;
		my $file = $place->write($name, $text);
		my ($status, $text_said) = said('systemd-analyze', 'verify', '--man=no', $file);
		my @of_it = grep { /\Q$name\E|wonted/ } split /\n/, $text_said;
		is("@of_it", '', "$name is understood");
		my ($score, $how) = said('systemd-analyze', 'security', '--offline=true', '--threshold=20', $file);
		is($score, 0, "$name keeps much from its program") or diag $how;
	}
}

for my $unit (@units) {
	my $text = Wonted::Place::read_file($unit);
	next if $text =~ /^Type=oneshot$/m;    # it ends by itself
	my @reload = $text =~ /^ExecReload=(.*)$/mg;
	like("@reload", qr/wonted (?:reload|check)/, "$unit: a reload that fails says so");
}

SKIP: {
	skip 'there is no systemd-analyze', 1 if (said('systemd-analyze', '--version'))[0] != 0;
	my ($every) = Wonted::Place::read_file('contrib/systemd/wonted-digest.timer') =~ /^OnCalendar=(.*)$/m;
	is((said('systemd-analyze', 'calendar', $every))[0], 0, 'the timer of summaries is understood');
}

# the folders, as the user and the groups of sysusers.conf have them
SKIP: {
	skip 'there is no systemd-tmpfiles, or this is not root', 1 if $> != 0 || (said('systemd-tmpfiles', '--version'))[0] != 0;
	my $root = $place->path('root');
	$place->write('root/etc/passwd', "root:x:0:0::/:/bin/sh\nwonted:x:4711:4711::/:/bin/sh\n");
	$place->write('root/etc/group', "root:x:0:\nwonted:x:4711:\nwonted-socket:x:4712:\n");
	$place->write('root/etc/tmpfiles.d/wonted.conf', Wonted::Place::read_file('contrib/systemd/tmpfiles.conf'));
	my ($status, $text) = said('systemd-tmpfiles', "--root=$root", '--create', 'wonted.conf');
	my $folders = join ' ', map { my @s = stat "$root$_"; @s ? sprintf('%04o:%d:%d', $s[2] & 07777, @s[4, 5]) : 'none' } qw(/var/lib/wonted /var/spool/postfix/wonted);
	is("$status $folders", '0 0750:4711:4711 2750:4711:4712', 'folders') or diag $text;
}

# MemoryDenyWriteExecute, by the kernel itself: PR_SET_MDWE is kept over exec
subtest 'without code made at run time' => sub {
	my $prctl = 157;
	plan skip_all => 'not this kernel' if $^O ne 'linux' || (POSIX::uname())[4] ne 'x86_64' || fork_says($prctl) != 0;
	my $d = Wonted::Daemon->new($place, set => {
		dns_zone_file => '"' . $place->write('zone', "example.net. TXT \"v=spf1 -all\"\n") . '"' },
		command => sub { ($^X, '-e', "syscall($prctl, 65, 1, 0, 0, 0) == 0 or die; exec \@ARGV", "$build/wonted-milter", '-c',
			$_[0] =~ s{^unix:(.*)/sock\z}{$1/wonted.conf}r, '-f') });
	plan skip_all => 'a sanitizer needs it' if $build =~ /san\z/;
	$d->start;
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 30);
	my $r = $m->send(from => 'bob@example.net', to => ['ann@example.org'],
		message => "From: =?iso-2022-jp?Q?J=F6rg?= <bob\@example.net>\nSubject: you have won\nContent-Type: text/html; charset=koi8-r\n\n<a href=\"http://a.example\">b.example</a>\n");
	like($r->reply, qr{^(?:continue|discard)$}, 'mail is filtered');
	like($d->log, qr/verdict=\w+ action=/, 'and recorded');
	$m->quit;
	ok($d->stop, 'stopped');
};

sub fork_says {
	my ($prctl) = @_;
	my $pid = fork // die;
	POSIX::_exit(syscall($prctl, 65, 1, 0, 0, 0) == 0 ? 0 : 1) if !$pid;
	waitpid $pid, 0;
	return $?;
}
done_testing;
