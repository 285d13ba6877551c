import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['tests/**/*.test.{ts,tsx}'], setupFiles: ['tests/views/setup.ts'], testTimeout: 30_000 }
});
