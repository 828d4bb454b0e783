import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Service {
  image?: string;
  build?: string;
  environment?: Record<string, string>;
  command?: readonly string[];
  depends_on?: readonly string[] | Record<string, { condition: string }>;
  volumes?: readonly string[];
}

const { services, volumes } = load(read('docker-compose.yml')) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const servers = Object.entries(services).filter(([, { build }]) => build !== undefined);

describe('docker-compose.yml', () => {
  it('has two servers with the same settings, which the server takes', () => {
    expect(servers.map(([name]) => name)).toEqual(['server1', 'server2']);
    const [first, second] = servers.map(([, { environment }]) => environment);
    expect(second).toEqual(first);
    const { store } = readConfig(first!);
    const { searchParams, pathname } = new URL(store.replace(/^mongodb:\/\/[^/]+/, 'http://mongodb'));
    expect(pathname).toBe('/kiungo');
    const members = /^mongodb:\/\/([^/]+)/.exec(store)![1]!.split(',');
    for (const member of members) {
      expect(services[member]?.command).toEqual(expect.arrayContaining(['--replSet', searchParams.get('replicaSet')]));
    }
    expect(members).toHaveLength(3);
  });

  it('waits for and mounts what is there', () => {
    for (const { depends_on: needed = [], volumes: mounted = [] } of Object.values(services)) {
      for (const name of Array.isArray(needed) ? needed : Object.keys(needed)) expect(services).toHaveProperty(name);
      for (const [source = ''] of mounted.map(mount => mount.split(':'))) {
        if (source.startsWith('./')) expect(read(source)).not.toBe('');
        else expect(volumes).toHaveProperty(source);
      }
    }
  });

  it('has a proxy that knows both servers and takes what they take', () => {
    const proxy = read('docs/deploy/nginx.conf');
    for (const [name, { environment }] of servers) {
      expect(proxy).toContain(`server ${name}:8080`);
      const { maxBundleBytes } = readConfig(environment!);
      const [, megabytes] = /client_max_body_size (\d+)m/.exec(proxy)!;
      expect(Number(megabytes) * 2 ** 20).toBeGreaterThanOrEqual(maxBundleBytes);
    }
  });
});
