import { openConnection } from './sqlite/connection.ts';
import { readSetting } from './sqlite/setting.ts';

/**
 * The key of a store that another process has open (see `StoreInUseError`): whoever may read the store's file may act as its operator.
 * @throws {Error} where the store cannot be read
 */
export const readSigningKey = (url: string): Buffer => {
  const database = openConnection(url.slice(url.indexOf(':') + 1), { readOnly: true, durable: true });
  try {
    return readSetting(database, 'signing-key');
  } finally {
    database.close();
  }
};
