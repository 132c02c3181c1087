#!/usr/bin/perl
# The packages in a clean Debian: installed, upgraded with edited files and data there, removed and purged.
# The system is made once, with debootstrap, and needs a mirror then and for what the packages need.
use strict; use warnings;
use lib 't/lib';
use Cwd ();
use File::Copy ();
use File::Path ();
use Test::More;
use Wonted::Place;

my $mirror = $ENV{WONTED_MIRROR} // 'http://deb.debian.org/debian';
my @debs = glob 'build/deb/*.deb';
plan skip_all => 'there are no packages: make deb' unless @debs;
plan skip_all => 'a system of its own needs root' if $> != 0;
plan skip_all => 'debootstrap is not installed' unless -x '/usr/sbin/debootstrap';

my $base = Cwd::abs_path('build/deb') . '/base.tar';
if (!-e $base) {
	my $dir = "$base.making";
	my $said = qx(rm -rf $dir && debootstrap --variant=minbase bookworm $dir $mirror 2>&1);
	plan skip_all => "no clean system could be made from $mirror (WONTED_MIRROR names another): " . (split /\n/, $said)[-1] if $?;
	system("tar -C $dir -cf $base.part . && mv $base.part $base && rm -rf $dir") == 0 or die "cannot keep $base\n";
}
my $place = Wonted::Place->new;
my $root = $place->path('root');
mkdir $root;
system('tar', '-C', $root, '-xf', $base) == 0 or die "cannot unpack $base\n";
File::Copy::copy('/etc/resolv.conf', "$root/etc/resolv.conf");
$place->write('root/usr/sbin/policy-rc.d', "#!/bin/sh\nexit 101\n");
chmod 0755, "$root/usr/sbin/policy-rc.d";
$place->write('root/etc/apt/sources.list', "deb $mirror bookworm main\n");
mkdir "$root/debs";

# in: a command in the system; returns (exit status, what it said)
sub in {
	my ($command) = @_;
	open my $out, '-|', 'unshare', '-mpf', 'sh', '-c', 'mount -t proc proc "$1/proc"; mount -t tmpfs tmpfs "$1/dev/shm" 2>/dev/null; exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C sh -c "$2" 2>&1 </dev/null', 'sh', $root, $command or die;
	local $/;
	my $said = <$out> // '';
	close $out;
	return ($? >> 8, $said);
}
my $apt = 'apt-get -y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold';
# every file of others below /etc, with its content
sub etc { my ($s, $t) = in(q(find /etc -type f ! -path '/etc/wonted/*' ! -name 'wonted*' ! -name passwd\* ! -name group\* ! -name shadow\* ! -name gshadow\* ! -name subuid\* ! -name subgid\* ! -name ld.so.cache ! -name .updated -exec sha256sum {} + | sort -k2)); return $t }

my ($s, $said) = in('apt-get -q update');
plan skip_all => "the mirror $mirror does not answer: " . (split /\n/, $said)[-1] if $s != 0 || $said =~ /^(?:W|E): Failed/m;
File::Copy::copy($_, "$root/debs") for @debs;
# what they need, first: then all that changes is ours
my $needs = join ' ', map { s/[(|].*//r } grep { !/^\s*wonted/ } split /,\s*/, join ',', map { chomp(my $t = qx(dpkg-deb -f $_ Pre-Depends Depends | sed 's/^[A-Za-z-]*: //')); split /\n/, $t } @debs;
($s, $said) = in("$apt install $needs systemd");
is($s, 0, 'what they need is in Debian 12') or diag $said;
my $etc = etc();

($s, $said) = in("$apt install /debs/*.deb");
is($s, 0, 'installed') or diag $said;
is(etc(), $etc, 'no file of another package is touched');
like((in('getent passwd wonted'))[1], qr{^wonted:.*:/var/lib/wonted:}, 'the user is there');
like((in('id wonted'))[1], qr/wonted-socket/, '... in the group of the socket');
is((in("stat -c '%a %U %G' /etc/wonted/wonted.conf /var/lib/wonted"))[1], "640 root wonted\n750 wonted wonted\n", 'the configuration is not for everybody, data are the daemons\'');
like((in('wonted --version'))[1], qr/^wonted \d/, 'the tool runs');
is((in('wonted check'))[0], 0, 'and finds the shipped configuration right') or diag((in('wonted check'))[1]);
like((in("systemctl is-enabled wonted-milter wonted-learn wonted-review"))[1], qr/\Adisabled\ndisabled\ndisabled\n\z/, 'nothing is switched on before it is configured');
like((in('for m in wonted wonted-milter wonted.conf wonted-rules; do find /usr/share/man -name "$m.[58].gz"; done'))[1], qr/(?:\S+\n){4}/, 'manual pages');

# an admin's work, and data
in(q(sed -i 's/"example\.org"/"our.example"/' /etc/wonted/wonted.conf));
in(q(echo '# ours' >> /etc/wonted/rules/40-bulk.rules; printf 'rule ours\n    reason "Ours"\n    when subject contains "ours"\n    spam +1\n' > /etc/wonted/rules/90-local.rules));
in(q(su -s /bin/sh wonted -c 'umask 027; mkdir -p /var/lib/wonted/quarantine /var/lib/wonted/journal; echo x > /var/lib/wonted/quarantine/a-1.eml; echo x > /var/lib/wonted/journal/current.jsonl'));
is((in('wonted check'))[0], 0, 'its own tenant is taken') or diag((in('wonted check'))[1]);
my $kept = 'sha256sum /etc/wonted/wonted.conf /etc/wonted/rules/40-bulk.rules /etc/wonted/rules/90-local.rules /var/lib/wonted/*/*; stat -c "%a %U %G %n" /etc/wonted/wonted.conf';
my $before = (in($kept))[1];

# a later version, whose shipped files are others
for my $deb (@debs) {
	my ($name) = $deb =~ m{([^/]+)\.deb$};
	my $tree = $place->path("later/$name");
	File::Path::make_path($place->path('later'));
	system('dpkg-deb', '-R', $deb, $tree) == 0 or die;
	system('sed', '-i', 's/^Version: .*/Version: 9.9/; s/(= [0-9][^)]*)/(= 9.9)/g', "$tree/DEBIAN/control");
	for my $file (map { "$tree/etc/wonted/$_" } 'wonted.conf', 'rules/40-bulk.rules', 'rules/README') {
		system('sed', '-i', '$a # of the later version', $file) if -e $file;
	}
	unlink "$root/debs/$name.deb";
	system('dpkg-deb', '-b', $tree, "$root/debs/$name-later.deb") == 0 or die;
}
($s, $said) = in("$apt install /debs/*-later.deb");
is($s, 0, 'upgraded') or diag $said;
like((in('dpkg-query -W wonted'))[1], qr/9\.9/, '... to the later version');
is((in($kept))[1], $before, 'what was edited is as it was, and so are the data');
like((in('tail -1 /etc/wonted/rules/README'))[1], qr/of the later version/, 'what was not edited is the later one');
like((in('ls /etc/wonted/wonted.conf.dpkg-dist /etc/wonted/rules/40-bulk.rules.dpkg-dist'))[1], qr/\A(?:\S+dpkg-dist\n){2}\z/, 'and what it would have been lies beside it');
is((in('wonted check'))[0], 0, '... and is read by nothing') or diag((in('wonted check'))[1]);

($s, $said) = in("$apt remove wonted wonted-milter wonted-learn wonted-review");
is($s, 0, 'removed') or diag $said;
is((in($kept))[1], $before, 'which keeps configuration and data');
($s, $said) = in("$apt purge wonted wonted-milter wonted-learn wonted-review");
is($s, 0, 'purged') or diag $said;
like($said, qr{removes /var/lib/wonted: .*and 1 held messages}, 'with a word about what goes');
is((in('ls -d /var/lib/wonted /etc/wonted/wonted.conf 2>/dev/null'))[1], '', 'data and configuration are gone');
like((in('ls -R /etc/wonted'))[1], qr/90-local\.rules/, 'what the admin made himself stays');
is(etc(), $etc, 'no file of another package was touched');
done_testing;
