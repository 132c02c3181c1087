#!/usr/bin/perl
# `make install` puts the shipped rules in place and never writes over an edited file.
use strict; use warnings;
use Test::More;
use File::Temp;

my $dir = File::Temp->newdir;
my ($from, $to) = ("$dir/from", "$dir/to");
mkdir $_ or die for $from, "$from/lists";

sub write_file { my ($path, $text) = @_; open my $out, '>', $path or die "$path: $!"; print $out $text; close $out or die }
sub read_file { my ($path) = @_; open my $in, '<', $path or return undef; local $/; return scalar <$in> }
sub ship { my ($version) = @_; write_file("$from/$_", "$_ $version\n") for '10-a.rules', '10-a.rtest', 'README', 'text.base', 'lists/l.txt' }
sub put { my $said = `contrib/install-rules $from $to 2>&1`; is $?, 0, 'it ends well'; return $said }

ship(1);
is put(), '', 'the first time nothing is said';
is read_file("$to/$_"), "$_ 1\n", "$_ is there" for '10-a.rules', '10-a.rtest', 'README', 'text.base', 'lists/l.txt';
ship(2);
is put(), '', 'nobody edited anything';
is read_file("$to/lists/l.txt"), "lists/l.txt 2\n", 'so all are new';
write_file("$to/10-a.rules", "mine\n");
write_file("$to/lists/l.txt", "mine too\n");
write_file("$to/90-local.rules", "my own\n");
ship(3);
my $said = put();
like $said, qr{^\Q$to\E/10-a\.rules was edited and stays; .* 10-a\.rules\.new$}m, 'an edited file is named';
like $said, qr{^\Q$to\E/lists/l\.txt was edited}m, 'so is a list';
is read_file("$to/10-a.rules"), "mine\n", 'and stays';
is read_file("$to/10-a.rules.new"), "10-a.rules 3\n", 'with the new one beside it';
is read_file("$to/10-a.rtest"), "10-a.rtest 3\n", 'what nobody edited is new';
is read_file("$to/90-local.rules"), "my own\n", 'own files are left alone';
like put(), qr/was edited/, 'it is said each time';
write_file("$to/10-a.rules", "10-a.rules 3\n");
unlike put(), qr/10-a\.rules/, 'until the new one was taken';
is read_file("$to/10-a.rules.new"), undef, 'then the copy goes';
ship(4);
put();
is read_file("$to/10-a.rules"), "10-a.rules 4\n", 'and the next version comes by itself';

# a folder from before checksums were kept
unlink "$to/.shipped";
ship(5);
like put(), qr/README was edited/, 'without checksums, what differs counts as edited';
is((system "contrib/install-rules >/dev/null 2>&1") >> 8, 2, 'wrong usage');
done_testing;
